// cpex:if thinking_applier
package main

import "sample-plugin/internal/cpex"

type thinkingApplier struct{}

// Identifier names the provider whose requests this changes.
func (thinkingApplier) Identifier() string { return cpex.PluginID }

// Apply writes the wanted amount of thinking into a request.
func (thinkingApplier) Apply(ctx *cpex.Call, request *cpex.ThinkingApplyRequest) (cpex.BodyResult, error) {
	return cpex.BodyResult{Body: request.Body}, nil
}

// cpex:end
