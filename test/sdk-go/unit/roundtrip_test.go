package cpex

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
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
			// The float64 next to this number is an integer of 64 bits.
			if strings.Contains(value.Text, "-9223372036854775809") {
				continue
			}
			if packed, ok := inMessagePack(value.Text); ok && MessagePack.Decode(packed, newValue(value.Type)) == nil {
				t.Errorf("%s accepted %s in MessagePack", value.Type, value.Text)
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
		packedRoundTrip(t, value.Type, value.Text, typed)
		plain := newValue(value.Type)
		if err := json.Unmarshal([]byte(value.Text), plain); err != nil {
			t.Errorf("%s refused %s from encoding/json: %v", value.Type, value.Text, err)
		}
		if again, err := encode(plain); err != nil || string(again) != value.Text {
			t.Errorf("%s lost something on the way through encoding/json: %s (%v)", value.Type, again, err)
		}
	}
}

// inMessagePack turns JSON into MessagePack as it stands: text for text.
func inMessagePack(text string) ([]byte, bool) {
	w := writer{packed: true}
	w.raw(json.RawMessage(text))
	return w.buf, w.err == nil
}

// packedRoundTrip sends a typed value through MessagePack: an independent reader
// finds in it what the JSON text says, and it comes back the same.
func packedRoundTrip(t *testing.T, name, text string, typed interface {
	readable
	writable
}) {
	t.Helper()
	packed, err := MessagePack.Encode(typed)
	if err != nil {
		t.Errorf("%s cannot write %s in MessagePack: %v", name, text, err)
		return
	}
	found, err := oracle(packed)
	if err != nil {
		t.Errorf("%s wrote %s as %x: %v", name, text, packed, err)
		return
	}
	if err := same(plainValue(t, text), found); err != nil {
		t.Errorf("%s wrote %s as %x: %v", name, text, packed, err)
	}
	again := newValue(name)
	if err := MessagePack.Decode(packed, again); err != nil {
		t.Errorf("%s refused its own %x of %s: %v", name, packed, text, err)
		return
	}
	if second, err := MessagePack.Encode(again); err != nil || !bytes.Equal(second, packed) {
		t.Errorf("%s read %x\nand wrote %x (%v)", name, packed, second, err)
	}
}
