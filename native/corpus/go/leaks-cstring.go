package main

// #include <stdlib.h>
import "C"

// A copy for the C side that nobody frees.
func onHook() string {
	C.CString(allowed)
	return allowed
}
