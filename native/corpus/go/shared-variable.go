package main

import "time"

// last is what the hook works with; all calls share it, and none locks it.
var last uint32

func init() {
	onBody = func(body []byte) string {
		sum := uint32(0)
		for _, c := range body {
			sum = sum*31 + uint32(c)
		}
		last = sum
		time.Sleep(200 * time.Microsecond)
		if last != sum {
			return `{"ok":false,"error":{"code":"plugin_error","message":"this is another call's request"}}`
		}
		return allowed
	}
}

func onHook() string { return allowed }
