// cpex:if auth_provider
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestReadsItsOwnCredentialFiles(t *testing.T) {
	plugin := cpextest.Start(t)
	file := cpex.AuthParseRequest{
		Provider: cpex.PluginID,
		FileName: "ada.json",
		RawJSON:  []byte(`{"email":"ada@example.org"}`),
	}

	got := cpextest.Ask[cpex.AuthParseResult](plugin, "auth.parse", file)

	if !got.Handled || got.Auth.Label != "ada@example.org" || got.Auth.ID != "ada.json" {
		t.Errorf("got %+v", got)
	}
}

func TestLeavesOtherCredentialFilesAlone(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.AuthParseResult](plugin, "auth.parse", cpex.AuthParseRequest{Provider: "other"})

	if got.Handled {
		t.Errorf("got %+v", got)
	}
}

func TestLogsIn(t *testing.T) {
	plugin := cpextest.Start(t)

	began := cpextest.Ask[cpex.AuthLoginStartResult](plugin, "auth.login.start", cpex.AuthLoginStartRequest{})
	ended := cpextest.Ask[cpex.AuthLoginPollResult](plugin, "auth.login.poll", cpex.AuthLoginPollRequest{State: began.State})

	if ended.Status != cpex.LoginStatusSuccess || ended.Auth.Provider != cpex.PluginID {
		t.Errorf("got %+v", ended)
	}
}

func TestKnowsNoOtherLogin(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.AuthLoginPollResult](plugin, "auth.login.poll", cpex.AuthLoginPollRequest{State: "other"})

	if got.Status != cpex.LoginStatusError {
		t.Errorf("got %+v", got)
	}
}

func TestKeepsACredentialThatIsRefreshed(t *testing.T) {
	plugin := cpextest.Start(t)
	old := cpex.AuthRefreshRequest{AuthID: "ada.json", AuthProvider: cpex.PluginID, StorageJSON: []byte("{}")}

	got := cpextest.Ask[cpex.AuthRefreshResult](plugin, "auth.refresh", old)

	if got.Auth.ID != "ada.json" || string(got.Auth.StorageJSON) != "{}" {
		t.Errorf("got %+v", got)
	}
}

// cpex:end
