package tagger

import "testing"

func TestHeader(t *testing.T) {
	if name, values := Header(); name != "X-Tagged-By" || len(values) != 1 {
		t.Fatalf("%s: %v", name, values)
	}
}
