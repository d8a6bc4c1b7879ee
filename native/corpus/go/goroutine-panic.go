package main

// onHook waits for a goroutine that panics: no guard of a caller reaches there.
func onHook() string {
	done := make(chan struct{})
	go func() {
		defer close(done)
		panic("alone in a goroutine")
	}()
	<-done
	return allowed
}
