// cpex:if request_interceptor
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesRequestsAsTheyAre(t *testing.T) {
	plugin := cpextest.Start(t)
	request := cpex.RequestInterceptRequest{Model: "some-model", Body: []byte("{}")}

	for _, method := range []string{"request.intercept_before", "request.intercept_after"} {
		got := cpextest.Ask[cpex.RequestInterceptResult](plugin, method, request)

		if got.Body != nil || got.Headers != nil || got.Terminate {
			t.Errorf("%s: got %+v", method, got)
		}
	}
}

// cpex:end
