// cpex:if management_api
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestAnswersEachPath(t *testing.T) {
	plugin := cpextest.Start(t)

	for _, want := range []struct {
		path   string
		status int64
		body   string
	}{
		{"/v0/management/plugins/sample-plugin/status", 200, `{"status":"ok"}`},
		{"/v0/resource/plugins/sample-plugin/panel", 200, page},
		{"/v0/management/plugins/sample-plugin/other", 404, `{"error":"not found"}`},
	} {
		request := cpex.ManagementHandleRequest{Method: "GET", Path: want.path}
		got := cpextest.Ask[cpex.HttpResult](plugin, "management.handle", request)

		if got.StatusCode != want.status || string(got.Body) != want.body {
			t.Errorf("%s: got %d %s", want.path, got.StatusCode, got.Body)
		}
	}
}

// cpex:end
