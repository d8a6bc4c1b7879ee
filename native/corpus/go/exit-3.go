package main

import "os"

// onHook ends the process of its host.
func onHook() string {
	os.Exit(3)
	return allowed
}
