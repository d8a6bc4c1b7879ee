package main

import (
	"net"
	"time"
)

// onHook sends data past its host; Go makes its system calls without the C library.
func onHook() string {
	if connection, err := net.DialTimeout("tcp", "127.0.0.1:9", time.Second); err == nil {
		connection.Close()
	}
	return allowed
}
