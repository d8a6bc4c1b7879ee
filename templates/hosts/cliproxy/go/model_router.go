// cpex:if model_router
package main

import "sample-plugin/internal/cpex"

type modelRouter struct{}

// Route names who serves a request in TargetKind and Target, and sets Handled.
func (modelRouter) Route(ctx *cpex.Call, request *cpex.ModelRouteRequest) (cpex.ModelRouteResult, error) {
	return cpex.ModelRouteResult{Handled: false}, nil
}

// cpex:end
