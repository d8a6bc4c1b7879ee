// cpex:if frontend_auth_provider
package main

import "sample-plugin/internal/cpex"

type frontendAuthProvider struct{}

// Declare says whether clients are let in by this provider alone.
func (frontendAuthProvider) Declare() cpex.FrontendAuthProviderDeclaration {
	return cpex.FrontendAuthProviderDeclaration{Exclusive: false}
}

// Identifier names this way to authenticate clients.
func (frontendAuthProvider) Identifier() string { return cpex.PluginID }

// Authenticate looks at a client's request. A client that it does not know is
// left to the next provider.
func (frontendAuthProvider) Authenticate(ctx *cpex.Call, request *cpex.FrontendAuthRequest) (cpex.FrontendAuthResult, error) {
	return cpex.FrontendAuthResult{Authenticated: false}, nil
}

// cpex:end
