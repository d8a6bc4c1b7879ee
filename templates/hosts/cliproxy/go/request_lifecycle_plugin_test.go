// cpex:if request_lifecycle_plugin
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLogsHowARequestEnded(t *testing.T) {
	plugin := cpextest.Start(t)

	cpextest.Ask[cpex.Empty](plugin, "request.complete", cpex.RequestCompleteRequest{RequestID: "1", Outcome: "failed"})

	if logs := plugin.Logs(); len(logs) != 1 || logs[0].Message != "request 1: failed" {
		t.Errorf("logged %+v", logs)
	}
}

// cpex:end
