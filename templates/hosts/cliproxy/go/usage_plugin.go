// cpex:if usage_plugin
package main

import (
	"fmt"

	"sample-plugin/internal/cpex"
)

type usagePlugin struct{}

// Handle hears what a request cost.
func (usagePlugin) Handle(ctx *cpex.Call, request *cpex.UsageHandleRequest) error {
	ctx.Log().Info(fmt.Sprintf("%s: %d tokens", request.Model, request.Detail.TotalTokens))
	return nil
}

// cpex:end
