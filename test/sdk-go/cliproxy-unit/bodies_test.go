package cpex

import (
	"encoding/json"
	"os"
	"testing"
)

// What the host's own encoder wrote must come out of the structs as it went in.
func TestWritesWhatTheHostWrites(t *testing.T) {
	text, err := os.ReadFile("testdata/bodies.json")
	if err != nil {
		t.Fatal(err)
	}
	var bodies []struct{ Type, Body string }
	if err := json.Unmarshal(text, &bodies); err != nil {
		t.Fatal(err)
	}
	if len(bodies) == 0 {
		t.Fatal("there are no bodies")
	}
	for _, one := range bodies {
		into := newValue(one.Type)
		if into == nil {
			t.Fatalf("there is no type %s", one.Type)
		}
		if got, err := Again([]byte(one.Body), into); err != nil || string(got) != one.Body {
			t.Errorf("%s: %v\ngot  %s\nwant %s", one.Type, err, got, one.Body)
		}
	}
}
