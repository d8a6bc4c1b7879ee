// cpex:if auth_provider
package main

import (
	"encoding/json"
	"strings"

	"sample-plugin/internal/cpex"
)

// sampleState stands for the login that is under way. A real one is random and
// kept until it is polled.
const sampleState = "sample-state"

type authProvider struct{}

// Identifier names the provider whose credentials these are.
func (authProvider) Identifier() string { return cpex.PluginID }

// Parse reads a credential file of the provider and leaves others alone.
func (authProvider) Parse(ctx *cpex.Call, request *cpex.AuthParseRequest) (cpex.AuthParseResult, error) {
	if !strings.EqualFold(request.Provider, cpex.PluginID) {
		return cpex.AuthParseResult{}, nil
	}
	var stored struct {
		Email string `json:"email"`
	}
	if err := json.Unmarshal(request.RawJSON, &stored); err != nil {
		return cpex.AuthParseResult{}, cpex.Errorf("invalid_request", "%s: %v", request.FileName, err)
	}
	return cpex.AuthParseResult{Handled: true, Auth: cpex.AuthData{
		Provider:    cpex.PluginID,
		ID:          request.FileName,
		FileName:    request.FileName,
		Label:       stored.Email,
		StorageJSON: request.RawJSON,
	}}, nil
}

// LoginStart says where the user goes to log in.
func (authProvider) LoginStart(ctx *cpex.Call, request *cpex.AuthLoginStartRequest) (cpex.AuthLoginStartResult, error) {
	return cpex.AuthLoginStartResult{
		Provider: cpex.PluginID,
		URL:      "https://example.com/login?state=" + sampleState,
		State:    sampleState,
	}, nil
}

// LoginPoll says how far a login is: pending, success with a credential, or error.
func (authProvider) LoginPoll(ctx *cpex.Call, request *cpex.AuthLoginPollRequest) (cpex.AuthLoginPollResult, error) {
	if request.State != sampleState {
		return cpex.AuthLoginPollResult{Status: cpex.LoginStatusError, Message: "no such login"}, nil
	}
	storage, err := json.Marshal(map[string]string{"type": cpex.PluginID, "token": "sample"})
	if err != nil {
		return cpex.AuthLoginPollResult{}, err
	}
	return cpex.AuthLoginPollResult{Status: cpex.LoginStatusSuccess, Auth: cpex.AuthData{
		Provider:    cpex.PluginID,
		ID:          "sample-plugin.json",
		FileName:    "sample-plugin.json",
		StorageJSON: storage,
	}}, nil
}

// Refresh renews a credential; what it leaves empty stays as it was.
func (authProvider) Refresh(ctx *cpex.Call, request *cpex.AuthRefreshRequest) (cpex.AuthRefreshResult, error) {
	return cpex.AuthRefreshResult{Auth: cpex.AuthData{
		Provider:    request.AuthProvider,
		ID:          request.AuthID,
		StorageJSON: request.StorageJSON,
	}}, nil
}

// cpex:end
