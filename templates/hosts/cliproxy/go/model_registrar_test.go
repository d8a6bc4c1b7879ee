// cpex:if model_registrar
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestRegistersOneModel(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.ModelRegisterResult](plugin, "model.register", cpex.ModelRegisterRequest{})

	if got.Provider != cpex.PluginID || len(got.Models) != 1 {
		t.Errorf("got %+v, want one model of %s", got, cpex.PluginID)
	}
}

// cpex:end
