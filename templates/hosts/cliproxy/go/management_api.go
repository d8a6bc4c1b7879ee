// cpex:if management_api
package main

import (
	"strings"

	"sample-plugin/internal/cpex"
)

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>sample-plugin</title>
<h1>sample-plugin</h1>
</html>
`

type managementAPI struct{}

// Register names the routes, which the host guards and puts below
// /v0/management, and the pages, which anybody may open.
func (managementAPI) Register(ctx *cpex.Call, request *cpex.ManagementRegisterRequest) (cpex.ManagementRegisterResult, error) {
	return cpex.ManagementRegisterResult{
		Routes: []cpex.ManagementRoute{{
			Method:      "GET",
			Path:        "/plugins/sample-plugin/status",
			Description: "Says whether all is well.",
		}},
		Resources: []cpex.ManagementResource{{
			Path:        "/panel",
			Menu:        "sample-plugin",
			Description: "The page of sample-plugin.",
		}},
	}, nil
}

// Handle answers a request for one of them, by its full path.
func (managementAPI) Handle(ctx *cpex.Call, request *cpex.ManagementHandleRequest) (cpex.HttpResult, error) {
	switch {
	case strings.HasSuffix(request.Path, "/plugins/sample-plugin/status"):
		return response(200, "application/json", `{"status":"ok"}`), nil
	case strings.HasSuffix(request.Path, "/panel"):
		return response(200, "text/html; charset=utf-8", page), nil
	}
	return response(404, "application/json", `{"error":"not found"}`), nil
}

func response(status int64, contentType, body string) cpex.HttpResult {
	headers := map[string][]string{"Content-Type": {contentType}}
	return cpex.HttpResult{StatusCode: status, Headers: headers, Body: []byte(body)}
}

// cpex:end
