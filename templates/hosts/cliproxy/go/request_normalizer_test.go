// cpex:if request_normalizer
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesTranslatedRequestsAsTheyAre(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.BodyResult](plugin, "request.normalize", cpex.RequestTransformRequest{Body: []byte("{}")})

	if got.Body != nil {
		t.Errorf("got %s", got.Body)
	}
}

// cpex:end
