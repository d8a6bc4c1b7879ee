//go:build faults

package main

import (
	"os"
	"time"
)

func init() {
	fault = func(method string) {
		switch wanted := os.Getenv("RELAY_FAULT"); {
		case wanted == "hang" && method == "plugin.register":
			select {}
		case wanted == "panic" && method == "executor.execute":
			panic("no guard here")
		case wanted == "goroutine" && method == "executor.execute":
			done := make(chan struct{})
			go func() {
				defer close(done)
				panic("alone in a goroutine")
			}()
			<-done
		case wanted == "late" && method == "executor.identifier":
			go func() {
				for range time.Tick(5 * time.Millisecond) {
					callHost("host.log", map[string]string{"message": "still here"}, nil)
				}
			}()
		}
	}
}
