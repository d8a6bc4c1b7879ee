package main

import "sync"

// onHook takes a lock twice and waits for itself.
func onHook() string {
	var lock sync.Mutex
	lock.Lock()
	lock.Lock()
	return allowed
}
