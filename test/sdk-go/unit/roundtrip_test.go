package cpex

import (
	"encoding/json"
	"os"
	"testing"
)

// TestEveryTypeKeepsWhatItReads goes through values that were made from the
// contract: in canonical form they come back byte for byte, else they are refused.
func TestEveryTypeKeepsWhatItReads(t *testing.T) {
	content, err := os.ReadFile("testdata/values.json")
	if err != nil {
		t.Fatal(err)
	}
	var values []struct {
		Type  string `json:"type"`
		Text  string `json:"text"`
		Valid bool   `json:"valid"`
	}
	if err := json.Unmarshal(content, &values); err != nil || len(values) == 0 {
		t.Fatal("no values", err)
	}
	for _, value := range values {
		typed := newValue(value.Type)
		err := decode([]byte(value.Text), typed)
		if !value.Valid {
			if err == nil {
				t.Errorf("%s accepted %s", value.Type, value.Text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s refused %s: %v", value.Type, value.Text, err)
			continue
		}
		if again, err := encode(typed); err != nil || string(again) != value.Text {
			t.Errorf("%s read %s\nand wrote %s (%v)", value.Type, value.Text, again, err)
		}
		plain := newValue(value.Type)
		if err := json.Unmarshal([]byte(value.Text), plain); err != nil {
			t.Errorf("%s refused %s from encoding/json: %v", value.Type, value.Text, err)
		}
		if again, err := encode(plain); err != nil || string(again) != value.Text {
			t.Errorf("%s lost something on the way through encoding/json: %s (%v)", value.Type, again, err)
		}
	}
}
