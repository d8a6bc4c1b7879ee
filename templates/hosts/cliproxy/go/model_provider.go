// cpex:if model_provider
package main

import "sample-plugin/internal/cpex"

type modelProvider struct{}

// Static names the models that need no credential.
func (modelProvider) Static(ctx *cpex.Call, request *cpex.ModelStaticRequest) (cpex.ModelResult, error) {
	return cpex.ModelResult{Provider: cpex.PluginID, Models: models()}, nil
}

// ForAuth names the models that a credential opens. The provider must be the
// credential's own, else the host does not listen.
func (modelProvider) ForAuth(ctx *cpex.Call, request *cpex.ModelForAuthRequest) (cpex.ModelResult, error) {
	return cpex.ModelResult{Provider: request.AuthProvider, Models: models()}, nil
}

// cpex:end
