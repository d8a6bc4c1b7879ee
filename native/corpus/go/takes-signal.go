package main

import (
	"os"
	"os/signal"
	"syscall"
)

// A library that catches SIGTERM keeps its host from ending.
func init() { signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM) }

func onHook() string { return allowed }
