// cpex:if response_interceptor
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesCompleteResponsesAsTheyAre(t *testing.T) {
	plugin := cpextest.Start(t)
	request := cpex.ResponseInterceptRequest{StatusCode: 200, Body: []byte("{}")}

	got := cpextest.Ask[cpex.ResponseInterceptResult](plugin, "response.intercept_after", request)

	if got.Body != nil || got.Headers != nil || got.ClearHeaders != nil {
		t.Errorf("got %+v", got)
	}
}

// cpex:end
