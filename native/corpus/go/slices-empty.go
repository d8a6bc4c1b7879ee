package main

import "encoding/json"

// The first letter of an argument is looked at, where there may be none.
func init() {
	onBody = func(body []byte) string {
		var request struct {
			Payload struct{ Args struct{ Query string } }
		}
		if !isRequest(body, shapes["hook.invoke"]) || json.Unmarshal(body, &request) != nil {
			return invalid
		}
		if request.Payload.Args.Query[0] == '/' {
			return empty
		}
		return allowed
	}
}

func onHook() string { return allowed }
