// cpex:if response_after_translator
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesTranslatedResponsesAsTheyAre(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.BodyResult](plugin, "response.normalize_after", cpex.ResponseTransformRequest{Body: []byte("{}")})

	if got.Body != nil {
		t.Errorf("got %s", got.Body)
	}
}

// cpex:end
