// cpex:if request_lifecycle_plugin
package main

import (
	"fmt"

	"sample-plugin/internal/cpex"
)

type requestLifecyclePlugin struct{}

// Complete hears how a request ended.
func (requestLifecyclePlugin) Complete(ctx *cpex.Call, request *cpex.RequestCompleteRequest) error {
	ctx.Log().Info(fmt.Sprintf("request %s: %s", request.RequestID, request.Outcome))
	return nil
}

// cpex:end
