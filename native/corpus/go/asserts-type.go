package main

import "encoding/json"

// A hook's payload is taken for an object, and its arguments for texts, whatever they are.
func init() {
	onBody = func(body []byte) string {
		if !isRequest(body, shapes["hook.invoke"]) {
			return invalid
		}
		var request map[string]any
		_ = json.Unmarshal(body, &request)
		arguments := request["payload"].(map[string]any)["args"].(map[string]any)
		_ = arguments["query"].(string)
		return allowed
	}
}

func onHook() string { return allowed }
