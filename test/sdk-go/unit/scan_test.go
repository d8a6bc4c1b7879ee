package cpex

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// accepted reads any value twice: with this package and with encoding/json.
func accepted(t *testing.T, text []byte) {
	t.Helper()
	r := reader{data: text}
	got := r.value()
	if r.err != nil {
		t.Fatalf("%q: %v", text, r.err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var want any
	if err := decoder.Decode(&want); err != nil {
		t.Fatalf("accepted %q, encoding/json says: %v", text, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q was read as %#v, encoding/json reads %#v", text, got, want)
	}
	var w writer
	if w.value(got); w.err != nil {
		t.Fatalf("%q was read but cannot be written: %v", text, w.err)
	}
	again := reader{data: w.buf}
	if err := checkJSON(w.buf); err != nil || !reflect.DeepEqual(again.value(), got) {
		t.Fatalf("%q was written as %q: %v", text, w.buf, err)
	}
}

var halfSurrogate = regexp.MustCompile(`(?i)\\ud[89a-f]`)

// refusable tells whether a strict reader has a reason to refuse valid JSON.
func refusable(text []byte) bool {
	return !utf8.Valid(text) || halfSurrogate.Match(text) || bytes.ContainsAny(text, "eE") ||
		len(text) > 300 || duplicatesOrDepth(json.NewDecoder(bytes.NewReader(text)))
}

// duplicatesOrDepth reports whether an object has a key twice or the nesting exceeds 128.
func duplicatesOrDepth(decoder *json.Decoder) bool {
	type level struct {
		keys  map[string]bool
		isKey bool
	}
	var levels []*level
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			levels = levels[:len(levels)-1]
			continue
		}
		if len(levels) > 0 {
			top := levels[len(levels)-1]
			if key, ok := token.(string); ok && top.keys != nil && top.isKey {
				if top.keys[key] {
					return true
				}
				top.keys[key] = true
				top.isKey = false
				continue
			}
			top.isKey = true
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, &level{keys: map[string]bool{}, isKey: true})
		case json.Delim('['):
			levels = append(levels, &level{})
		}
		if len(levels) > 128 {
			return true
		}
	}
}

func FuzzStrictJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-0.5e3,true,false,null,"\u00e9\ud83d\ude00\n"],"b":{"c":{}}}`,
		`[[],{},"",0]`, ` "x" `, `{"a":1,"\u0061":2}`, `"\ud800"`, "\xef\xbb\xbf{}", `{"a":1}{`, `1e999`,
		strings.Repeat("[", 129), strings.Repeat("[", 128) + strings.Repeat("]", 128), `{"a":1,}`, "\"\xff\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := checkJSON(text)
		switch valid := json.Valid(text); {
		case err == nil && !valid:
			t.Fatalf("accepted %q, which is no JSON", text)
		case err == nil:
			accepted(t, text)
		case valid && !refusable(text):
			t.Fatalf("refused %q: %v", text, err)
		}
	})
}

func FuzzCalls(f *testing.F) {
	register := `{"host":{"name":"cpex","version":"1.0.0","features":[]},"schema_version":1,"config":{},"limits":{"max_request_bytes":1,"max_response_bytes":0}}`
	f.Add("plugin.register", []byte(register))
	f.Add("hook.invoke", []byte(`{"hook":"tool_pre_invoke","payload":{"name":"n","args":{"a":1}},"extensions":{},"context":{"request_id":"r","local_state":{},"global_state":{}}}`))
	f.Add("command.run", []byte(`{"verb_path":["greet"],"args":{"n":1,"s":"t"},"env":{"a":"b"}}`))
	f.Add("plugin.reconfigure", []byte(`{"config":{"a":[]}}`))
	handlers = registry{}
	OnToolPreInvoke(func(_ *HookCall, payload *ToolPreInvoke) (Verdict, error) { return Modify(payload), nil })
	Command(CommandSpec{Verb: "greet", Args: []ArgSpec{
		Option("n", ValueTypeInt, ""), OptionOr("s", "x", ""), Flag("f", ""),
	}}, func(*CommandCall) (Exit, error) { return Success(), nil })
	OnStep(StepRunner{Runner: "shell"}, func(ctx *StepCall, _ *StepRequest) (StepResult, error) {
		return StepExit(0), ctx.Args(&map[string]any{})
	})
	OnBeforeBuildStart(func(*EventCall, *BeforeBuildStart) (Reaction, error) { return Continue(), nil })
	for method, body := range map[string]string{
		"step.execute":    `{"step":{"key":"k","runner":"shell","args":{}},"run_id":"r","step_id":"s","workspace_archive_id":"w","env":{},"workdir":".","cache":{"kind":"hit","tag":"t"}}`,
		"lifecycle.event": `{"event":{"kind":"build_start","build_id":"b","steps":1},"phase":"before"}`,
		"plugin.quiesce":  `{}`,
	} {
		f.Add(method, []byte(body))
		w := writer{packed: true}
		w.raw(json.RawMessage(body))
		f.Add(method, w.buf)
	}
	plugin := Open(&silentHost{})
	f.Fuzz(func(t *testing.T, method string, body []byte) {
		for codec, check := range map[Codec]func([]byte) error{JSON: checkJSON, MessagePack: checkPacked} {
			if code, answer := plugin.Call("plugin.register", []byte(strings.Replace(register, `"config"`, `"codecs":["`+codec.String()+`"],"config"`, 1))); code != 0 {
				t.Fatalf("%s", answer)
			}
			code, answer := plugin.Call(method, body)
			if code != 0 {
				t.Fatalf("%s %q broke the plugin: %s", method, body, answer)
			}
			if method == "plugin.register" {
				check = checkJSON
			}
			if err := check(answer); err != nil {
				t.Fatalf("%s %q was answered with %q: %v", method, body, answer, err)
			}
		}
	})
}
