// cpex:if model_provider
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestOffersOneModelToEverybody(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.ModelResult](plugin, "model.static", cpex.ModelStaticRequest{})

	if got.Provider != cpex.PluginID || len(got.Models) != 1 {
		t.Errorf("got %+v, want one model of %s", got, cpex.PluginID)
	}
}

func TestOffersModelsUnderTheProviderOfTheCredential(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.ModelResult](plugin, "model.for_auth", cpex.ModelForAuthRequest{AuthProvider: "other"})

	if got.Provider != "other" || len(got.Models) != 1 {
		t.Errorf("got %+v, want one model of other", got)
	}
}

// cpex:end
