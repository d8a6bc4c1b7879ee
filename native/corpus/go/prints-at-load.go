package main

import "fmt"

// init runs when the library is loaded, before the host has called anything.
func init() { fmt.Println("plugin loaded") }

func onHook() string { return allowed }
