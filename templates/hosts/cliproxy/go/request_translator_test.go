// cpex:if request_translator
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesRequestsToOtherTranslators(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.BodyResult](plugin, "request.translate", cpex.RequestTransformRequest{Body: []byte("{}")})

	if got.Body != nil {
		t.Errorf("got %s", got.Body)
	}
}

// cpex:end
