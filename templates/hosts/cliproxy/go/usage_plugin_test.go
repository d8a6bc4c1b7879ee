// cpex:if usage_plugin
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLogsWhatARequestCost(t *testing.T) {
	plugin := cpextest.Start(t)
	request := cpex.UsageHandleRequest{Model: "some-model", Detail: cpex.UsageDetail{TotalTokens: 7}}

	cpextest.Ask[cpex.Empty](plugin, "usage.handle", request)

	if logs := plugin.Logs(); len(logs) != 1 || logs[0].Message != "some-model: 7 tokens" {
		t.Errorf("logged %+v", logs)
	}
}

// cpex:end
