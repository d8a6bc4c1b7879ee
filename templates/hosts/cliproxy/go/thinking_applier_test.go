// cpex:if thinking_applier
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestGivesTheBodyBack(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.BodyResult](plugin, "thinking.apply", cpex.ThinkingApplyRequest{Body: []byte("{}")})

	if string(got.Body) != "{}" {
		t.Errorf("got %s", got.Body)
	}
}

// cpex:end
