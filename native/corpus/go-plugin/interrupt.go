package main

import (
	"os"
	"os/signal"
)

// interrupted takes Ctrl-C for a reason to end, though the library takes it too.
func interrupted() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	<-signals
	os.Exit(130)
}
