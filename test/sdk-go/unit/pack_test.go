package cpex

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	body, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// hasBytes tells whether there are bytes anywhere in what the oracle read.
func hasBytes(value any) bool {
	switch v := value.(type) {
	case []byte:
		return true
	case []any:
		for _, item := range v {
			if hasBytes(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if hasBytes(item) {
				return true
			}
		}
	}
	return false
}

// FuzzMessagePack holds the scanner to the oracle's verdict, and what it accepts
// to the oracle's value: read, turned into JSON, and turned back.
func FuzzMessagePack(f *testing.F) {
	for _, seed := range []string{
		"80", "90", "c0", "81 a161 93 01 cb 3ff0000000000000 a3c3a931", "82 a161 c0 a161 c0", "81 01 c0", "c1", "c7 01 00 00", "d4 00 00",
		"ca 7fc00000", "cb 7ff0000000000000", "ca 3fc00000", "d0 05", "d3 8000000000000000", "cf ffffffffffffffff", "da 0001 ff", "c4 01 ff",
		"dd ffffffff", "df ffffffff", "db ffffffff", "c6 ffffffff", "dc 0001 c0", "de 0001 d9 01 61 c2", "a161 a161", "a2 c0af", "a3 eda080",
		strings.Repeat("91", 128) + "c0", strings.Repeat("91", 129) + "c0", strings.Repeat("81 a161", 128) + "90", "e0", "d1 ff80", "cd 0001",
	} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		value, want := oracle(body)
		got := checkPacked(body)
		if (got == nil) != (want == nil) {
			t.Fatalf("%x: %v, the oracle says: %v", body, got, want)
		}
		if got != nil {
			return
		}
		r := reader{data: body, packed: true}
		text := r.raw()
		if hasBytes(value) {
			if r.err == nil {
				t.Fatalf("%x: bytes were read as %s", body, text)
			}
			return
		}
		if r.err != nil || r.pos != len(body) {
			t.Fatalf("%x was read up to byte %d: %v", body, r.pos, r.err)
		}
		if err := checkJSON(text); err != nil {
			t.Fatalf("%x became %s: %v", body, text, err)
		}
		if err := same(plainValue(t, string(text)), value); err != nil {
			t.Fatalf("%x became %s: %v", body, text, err)
		}
		again, ok := inMessagePack(string(text))
		if !ok {
			t.Fatalf("%s cannot be written", text)
		}
		if back, err := oracle(again); err != nil || same(plainValue(t, string(text)), back) != nil {
			t.Fatalf("%s was written as %x (%v)", text, again, err)
		}
		typed := reader{data: body, packed: true}
		w := writer{packed: true}
		if w.value(typed.value()); typed.err != nil || w.err != nil || len(w.buf) != len(again) {
			t.Fatalf("%x became %x by way of Go's values (%v, %v), want as much as in %x", body, w.buf, typed.err, w.err, again)
		}
	})
}

func TestMessagePackIsWrittenInItsShortestForm(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	for _, row := range []struct {
		value any
		want  string
	}{
		{int64(0), "00"}, {int64(127), "7f"}, {int64(128), "cc80"}, {int64(256), "cd0100"}, {int64(1 << 16), "ce00010000"},
		{int64(1 << 32), "cf0000000100000000"}, {uint64(math.MaxUint64), "cfffffffffffffffff"},
		{int64(-1), "ff"}, {int64(-32), "e0"}, {int64(-33), "d0df"}, {int64(-128), "d080"}, {int64(-129), "d1ff7f"},
		{int64(-32769), "d2ffff7fff"}, {int64(math.MinInt32 - 1), "d3ffffffff7fffffff"}, {int64(math.MinInt64), "d38000000000000000"},
		{json.Number("9007199254740993"), "cf0020000000000001"}, {json.Number("-0"), "00"}, {json.Number("1.0"), "cb3ff0000000000000"},
		{json.Number("18446744073709551616"), "cb43f0000000000000"}, {1.5, "cb3ff8000000000000"},
		{nil, "c0"}, {true, "c3"}, {false, "c2"}, {"", "a0"}, {strings.Repeat("y", 31), "bf" + strings.Repeat("79", 31)},
		{strings.Repeat("y", 32), "d920" + strings.Repeat("79", 32)}, {long, "db00011170" + strings.Repeat("78", 70_000)},
		{[]any{}, "90"}, {make([]any, 16), "dc0010" + strings.Repeat("c0", 16)}, {make([]any, 65_536), "dd00010000" + strings.Repeat("c0", 65_536)},
		{map[string]any{"b": 1, "a": nil}, "82a161c0a16201"},
		{json.RawMessage(`{"z":[1.50,{}],"a":"\u00e9"}`), "82a17a92cb3ff800000000000080a161a2c3a9"},
	} {
		w := writer{packed: true}
		if w.value(row.value); w.err != nil || hex.EncodeToString(w.buf) != row.want {
			t.Errorf("%.40v was written as %.80x (%v), want %.80s", row.value, w.buf, w.err, row.want)
		}
	}
	w := writer{packed: true}
	w.object()
	for i := 0; i < 300; i++ {
		w.key(string(rune('A' + i)))
		w.bytes(make([]byte, i))
	}
	w.endObject()
	if found, err := oracle(w.buf); err != nil || len(found.(map[string]any)) != 300 {
		t.Errorf("a map of 300: %v", err)
	}
}

func TestMessagePackRefusesWhatItCannotSay(t *testing.T) {
	for name, value := range map[string]any{
		"NaN": math.NaN(), "infinity": math.Inf(1), "bad UTF-8": "\xff", "a number that is none": json.Number("0x1"),
		"a deep value": json.RawMessage(strings.Repeat("[", 129) + strings.Repeat("]", 129)),
	} {
		w := writer{packed: true}
		if w.value(value); w.err == nil {
			t.Errorf("%s was written as %x", name, w.buf)
		}
	}
}

func TestMessagePackIntegersAreExact(t *testing.T) {
	for body, want := range map[string]int64{
		"01": 1, "cc01": 1, "cf0000000000000001": 1, "d001": 1, "d30000000000000001": 1, "ff": -1, "d3ffffffffffffffff": -1,
		"cb3ff0000000000000": 1, "ca3f800000": 1, "cbc3e0000000000000": math.MinInt64, "cb8000000000000000": 0, "d38000000000000000": math.MinInt64,
	} {
		r := reader{data: unhex(t, body), packed: true}
		if got := r.int64(); r.err != nil || got != want {
			t.Errorf("%s was read as %d (%v), want %d", body, got, r.err, want)
		}
	}
	for _, body := range []string{"cf8000000000000000", "cb3ff8000000000000", "cb43e0000000000000", "a131", "c0", "c3", "c40101"} {
		r := reader{data: unhex(t, body), packed: true}
		if got := r.int64(); r.err == nil {
			t.Errorf("%s was read as %d", body, got)
		}
	}
}

func TestMessagePackKeepsBytesApartFromText(t *testing.T) {
	text := unhex(t, "a3 414142")
	blob := unhex(t, "c4 03 000102")
	asBytes := reader{data: text, packed: true}
	if asBytes.bytes(); asBytes.err == nil {
		t.Error("text was read as bytes")
	}
	asText := reader{data: blob, packed: true}
	if asText.text(); asText.err == nil {
		t.Error("bytes were read as text")
	}
	open := reader{data: blob, packed: true}
	if open.value(); open.err == nil {
		t.Error("bytes were read where there is no schema")
	}
	right := reader{data: blob, packed: true}
	if got := right.bytes(); right.err != nil || !bytes.Equal(got, []byte{0, 1, 2}) {
		t.Errorf("read %x: %v", got, right.err)
	}
}

const offer = `{"host":{"name":"cpex","version":"1.0.0","features":[]},"schema_version":1,"config":{},"codecs":OFFER,"limits":{"max_request_bytes":1,"max_response_bytes":65536}}`

func TestTheFirstKnownCodecOfTheOfferIsTaken(t *testing.T) {
	plugin := opened(t, &silentHost{}, func() {})
	for _, row := range []struct{ offer, named, bad string }{
		{`["cbor","msgpack","json"]`, `"codec":"msgpack"`, ""},
		{`["json","msgpack"]`, `"codec":"json"`, ""},
		{`["msgpack"]`, `"codec":"msgpack"`, ""},
		{`["cbor"]`, "", ""},
		{`["msgpack"]`, `"codec":"msgpack"`, ""},
		{`[]`, "", ""},
	} {
		_, answer := plugin.Call("plugin.register", []byte(strings.Replace(offer, "OFFER", row.offer, 1)))
		if !strings.HasPrefix(string(answer), `{"ok":true`) || !strings.Contains(string(answer), row.named) || row.named == "" && strings.Contains(string(answer), `"codec"`) {
			t.Errorf("%s: %s", row.offer, answer)
		}
		want := JSON
		if strings.Contains(row.named, "msgpack") {
			want = MessagePack
		}
		// A registration that fails changes nothing.
		plugin.Call("plugin.register", []byte(strings.Replace(offer, "OFFER", `["json","msgpack"],"schema_version":0`, 1)))
		for _, body := range []string{"", "{}", "\x80", "\xc1", "x"} {
			_, answer := plugin.Call("plugin.quiesce", []byte(body))
			if got := CodecOf(answer); got != want {
				t.Errorf("%s: %q was answered in %s", row.offer, body, got)
			}
			err := want.Open(answer, &Empty{})
			right := map[Codec]string{JSON: "{}", MessagePack: "\x80"}[want]
			if (err == nil) != (body == right) || err != nil && !strings.Contains(err.Error(), codeInvalidRequest) {
				t.Errorf("%s: %q: %v", row.offer, body, err)
			}
		}
		if _, answer := plugin.Call("no.method", nil); CodecOf(answer) != want || want.Open(answer, &Empty{}) == nil {
			t.Errorf("%s: an unknown method was answered with %q", row.offer, answer)
		}
	}
}

// speaker answers callbacks in the codec they came in and keeps the codecs.
type speaker struct{ seen []Codec }

func (h *speaker) CallHost(_ string, request []byte) (int, []byte) {
	h.seen = append(h.seen, CodecOf(request))
	answer, err := CodecOf(request).Success(&KvGetResult{Found: true, Value: []byte{0xff, 0}})
	if err != nil {
		return 1, nil
	}
	return 0, answer
}

func TestCallbacksAreInTheCodecInForce(t *testing.T) {
	host := &speaker{}
	ask := func(ctx *Call) error {
		value, _, err := ctx.Host().KV(KvScopePlugin).Get("k")
		if !bytes.Equal(value, []byte{0xff, 0}) {
			t.Errorf("got %x", value)
		}
		return err
	}
	handlers = registry{}
	OnRegister(ask)
	OnQuiesce(ask)
	OnReconfigure(ask)
	plugin := Open(host)
	t.Cleanup(plugin.Shutdown)
	packed := strings.Replace(offer, "OFFER", `["msgpack"]`, 1)
	plugin.Call("plugin.register", []byte(packed))
	plugin.Call("plugin.quiesce", []byte{0x80})
	// Another registration still runs in the old codec.
	plugin.Call("plugin.register", []byte(strings.Replace(strings.Replace(packed, `["msgpack"]`, `[]`, 1), `"config":{}`, `"config":{"a":1}`, 1)))
	plugin.Call("plugin.quiesce", []byte("{}"))
	want := []Codec{JSON, MessagePack, MessagePack, JSON}
	if len(host.seen) != len(want) {
		t.Fatalf("callbacks in %v, want %v", host.seen, want)
	}
	for i := range want {
		if host.seen[i] != want[i] {
			t.Errorf("callbacks in %v, want %v", host.seen, want)
		}
	}
}

func TestBytesInPayloadsCrossAsBytes(t *testing.T) {
	plugin := opened(t, &silentHost{}, func() {
		OnCmfLlmInput(func(_ *HookCall, payload *CmfLlmInput) (Verdict, error) {
			part := payload.Message.Content[0].Resource
			part.Content.Blob = append(part.Content.Blob, 0xff)
			return Modify(payload), nil
		})
	})
	plugin.Call("plugin.register", []byte(strings.Replace(offer, "OFFER", `["msgpack"]`, 1)))
	resource := Resource{ResourceRequestID: "r", URI: "u", ResourceType: ResourceTypeBlob, Blob: []byte{0}}
	payload := &MessagePayload{Message: Message{SchemaVersion: "2.0", Role: MessageRoleUser, Content: []ContentPart{NewResourcePart(resource)}}}
	w := writer{packed: true, placed: payload}
	(&HookInvokeRequest{Hook: HookCmfLlmInput, Payload: placeholder, Context: HookContext{RequestID: "r"}}).write(&w)
	_, answer := plugin.Call("hook.invoke", w.buf)
	found, err := oracle(answer)
	if err != nil {
		t.Fatalf("%x: %v", answer, err)
	}
	if !bytes.Contains(answer, []byte{0xa4, 'b', 'l', 'o', 'b', 0xc4, 2, 0, 0xff}) {
		t.Errorf("answered %v", found)
	}
	bad := bytes.Replace(w.buf, []byte{0xc4, 1, 0}, []byte{0xa2, 'A', 'A'}, 1)
	_, answer = plugin.Call("hook.invoke", bad)
	if want := "payload.message.content[0].content.blob is not bytes"; !bytes.Contains(answer, []byte(want)) {
		t.Errorf("answered %q, want %s", answer, want)
	}
}
