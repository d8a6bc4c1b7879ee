package tally

import (
	"sync"
	"testing"
)

func TestCount(t *testing.T) {
	var all sync.WaitGroup
	for i := 0; i < 8; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 1000; j++ {
				Count()
			}
		}()
	}
	all.Wait()
	if Count() < 2 {
		t.Fatal("nothing was counted")
	}
}
