package main

var kept []byte

func onHook() string { return allowed }

// Looks at the request of the call before, where that lay.
func init() {
	onBody = func(body []byte) string {
		if len(kept) > 0 && kept[0] != '{' {
			return unknown
		}
		kept = body
		return allowed
	}
}
