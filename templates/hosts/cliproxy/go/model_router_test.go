// cpex:if model_router
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesTheWayToTheHost(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.ModelRouteResult](plugin, "model.route", cpex.ModelRouteRequest{RequestedModel: "some-model"})

	if got.Handled {
		t.Errorf("got %+v", got)
	}
}

// cpex:end
