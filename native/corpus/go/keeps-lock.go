package main

import "sync"

var state sync.Mutex

// A lock stays taken where a body is refused.
func init() {
	onBody = func(body []byte) string {
		state.Lock()
		if !isRequest(body, shapes["hook.invoke"]) {
			return invalid
		}
		state.Unlock()
		return allowed
	}
}

func onHook() string { return allowed }
