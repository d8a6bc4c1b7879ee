// cpex:if frontend_auth_provider
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesClientsToOthers(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.FrontendAuthResult](plugin, "frontend_auth.authenticate", cpex.FrontendAuthRequest{})

	if got.Authenticated {
		t.Errorf("got %+v", got)
	}
}

// cpex:end
