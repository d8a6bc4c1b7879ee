package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"@MODULE@/internal/cpex"
)

// silentHost answers every request of the plugin with an empty result.
type silentHost struct{}

func (silentHost) CallHost(string, []byte) (int, []byte) {
	return 0, []byte(`{"ok":true,"result":{}}`)
}

// FuzzCall gives bodies to the methods of the plugin, with Go's own coverage-guided fuzzer:
//
//	go test -fuzz=FuzzCall -fuzztime=60s
//
// Written by "cpex fuzz --harness"; it is yours. A body that the plugin dies of becomes a test of "cpex test" when it
// lies in tests/fuzz/METHOD/.
func FuzzCall(f *testing.F) {
	plugin := cpex.Open(silentHost{})
	registration := []byte(@REGISTRATION@)
	if code, answer := plugin.Call(@REGISTER_METHOD@, registration); code != 0 || !bytes.Contains(answer, []byte(`"ok":true`)) {
		f.Fatalf("the plugin does not register: %d %s", code, answer)
	}
	files, _ := filepath.Glob(filepath.Join("fuzz", "corpus", "*", "*"))
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(filepath.Base(filepath.Dir(file)), body)
	}
	f.Fuzz(func(t *testing.T, method string, body []byte) {
		code, answer := plugin.Call(method, body)
		// A panic of a handler ends in a return value that is not 0.
		if code != 0 {
			t.Fatalf("%s returned %d: %s", method, code, answer)
		}
		if len(answer) == 0 {
			t.Fatalf("%s returned 0 and an empty answer", method)
		}
	})
}
