// cpex:if model_registrar
package main

import "sample-plugin/internal/cpex"

type modelRegistrar struct{}

// Register names a provider and its models.
func (modelRegistrar) Register(ctx *cpex.Call, request *cpex.ModelRegisterRequest) (cpex.ModelRegisterResult, error) {
	return cpex.ModelRegisterResult{Provider: cpex.PluginID, Models: models()}, nil
}

// cpex:end
