package cpex

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func written(value any) (string, error) {
	var w writer
	w.value(value)
	return string(w.buf), w.err
}

func TestWritesWhatJSONCanSay(t *testing.T) {
	type own struct {
		Text string `json:"text"`
	}
	for want, value := range map[string]any{
		`null`:                      nil,
		`"<a href=\"x\">&\u0001é"`:  "<a href=\"x\">&\x01é",
		`-9223372036854775808`:      int64(math.MinInt64),
		`18446744073709551615`:      uint64(math.MaxUint64),
		`{"a":1.50,"b":[true]}`:     map[string]any{"b": []any{true}, "a": json.Number("1.50")},
		`1e+300`:                    1e300,
		`{"text":"<>"}`:             own{Text: "<>"},
		`[1,2]`:                     []int{1, 2},
		`{"code":"c","reason":"r"}`: &Violation{Code: "c", Reason: "r"},
	} {
		if got, err := written(value); err != nil || got != want {
			t.Errorf("%#v was written as %s (%v), want %s", value, got, err, want)
		}
	}
}

func TestRefusesWhatJSONCannotSay(t *testing.T) {
	circle := map[string]any{}
	circle["self"] = circle
	for name, value := range map[string]any{
		"NaN":                   math.NaN(),
		"infinity":              math.Inf(-1),
		"bad UTF-8":             "\xff",
		"bad UTF-8 in a key":    map[string]any{"\xff": 1},
		"a circle":              circle,
		"a function":            func() {},
		"a number that is none": json.Number("one"),
		"two numbers":           json.Number("1 2"),
		"raw text":              json.RawMessage("{"),
		"a duplicate in raw":    json.RawMessage(`{"a":1,"a":2}`),
		"an empty union":        &ArgSpec{},
		"a known extra":         &Violation{Extra: map[string]json.RawMessage{"code": json.RawMessage("1")}},
		"a deep value":          json.RawMessage(strings.Repeat("[", 129) + strings.Repeat("]", 129)),
	} {
		if got, err := written(value); err == nil {
			t.Errorf("%s was written as %s", name, got)
		}
	}
}

func TestReadsBase64InItsOnlySpelling(t *testing.T) {
	for text, ok := range map[string]bool{
		`""`: true, `"AP8="`: true, `"AP8"`: false, `"AP9="`: false, `"AP8=\n"`: false, `"A P8="`: false, `"_-8="`: false, `"===="`: false,
	} {
		r := reader{data: []byte(text)}
		if r.bytes(); (r.err == nil) != ok {
			t.Errorf("%s: %v", text, r.err)
		}
	}
}

func TestReadsIntegersExactly(t *testing.T) {
	for text, want := range map[string]string{
		"9223372036854775807": "9223372036854775807", "-9223372036854775808": "-9223372036854775808",
		"1.0": "1", "1e2": "100", "1.5e1": "15", "-1.20e1": "-12", "0e9": "0", "-0": "0", "-0.0": "0",
		"9223372036854775807.0": "9223372036854775807", "9.223372036854775807E18": "9223372036854775807",
		"9223372036854775808": "", "-9223372036854775809": "", "1.5": "", "1e-1": "", "1e300": "", "1e-400": "",
		"0.1e-99999999999999999999": "",
	} {
		r := reader{data: []byte(text)}
		got := r.int64()
		if want == "" {
			if r.err == nil {
				t.Errorf("%s was read as %d", text, got)
			}
			continue
		}
		var w writer
		if w.int64(got); r.err != nil || string(w.buf) != want {
			t.Errorf("%s was read as %d (%v), want %s", text, got, r.err, want)
		}
	}
}

func TestNamesThePlaceOfAMistake(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:         "the body is not an object",
		`{}`:         `the body lacks "verb"`,
		`{"verb":1}`: "verb is not a string",
		`{"verb":"v","about":"a","args":[{"kind":"flag","long":"l"},{"kind":"flag"}]}`: `args[1] lacks "long"`,
		`{"verb":"v","about":"a","args":[{"kind":"spoon"}]}`:                           "args[0].kind is none of positional, option, flag",
		`{"verb":"v","about":"a","args":[{}]}`:                                         `args[0] lacks "kind"`,
		`{"verb":"v","about":"a","args":[],"subcommands":[{"verb":"w","about":2}]}`:    "subcommands[0].about is not a string",
	} {
		var spec CommandSpec
		if err := decode([]byte(text), &spec); err == nil || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
