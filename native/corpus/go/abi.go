// A plugin in Go without SDK or guards; each broken one adds its own onHook.
package main

/*
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { void *ptr; size_t len; } cpex_buffer;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, cpex_buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} cpex_plugin_api;

int goCall(char *method, uint8_t *request, size_t len, cpex_buffer *out);

static int call(const char *method, const uint8_t *request, size_t len, cpex_buffer *out) {
  return method == NULL || out == NULL ? 1 : goCall((char *)method, (uint8_t *)request, len, out);
}
static void release(void *ptr, size_t len) { (void)len; free(ptr); }
void goShutdown(void);
static void shut_down(void) { goShutdown(); }
static inline void fill(cpex_plugin_api *plugin) {
  plugin->abi_version = 1;
  plugin->call = call;
  plugin->free_buffer = release;
  plugin->shutdown = shut_down;
}
*/
import "C"

import (
	"bytes"
	"encoding/json"
	"math"
	"sync/atomic"
	"unicode/utf8"
	"unsafe"
)

const (
	registration = `{"ok":true,"result":{"schema_version":1,"metadata":{"id":"plugin","name":"Plugin","version":"1.0.0","author":"Tests"},"capabilities":{"hooks":["tool_pre_invoke"]}}}`
	allowed      = `{"ok":true,"result":{"continue_processing":true}}`
	empty        = `{"ok":true,"result":{}}`
	unknown      = `{"ok":false,"error":{"code":"unknown_method","message":"no such method"}}`
	invalid      = `{"ok":false,"error":{"code":"invalid_request","message":"the body is not what the method takes"}}`
	early        = `{"ok":false,"error":{"code":"not_registered","message":"plugin.register comes first"}}`
)

// registered is true between the first registration that succeeds and shutdown.
var registered atomic.Bool

// onBody answers the hook from its body, unread, where a plugin sets it in place of onHook.
var onBody func(body []byte) string

// shapes of requests; see isRequest.
var shapes = map[string]any{
	"plugin.register": map[string]any{
		"host":           map[string]any{"name": "", "version": "", "features": []any{""}},
		"schema_version": 1 << 32,
		"config":         map[string]any{},
		"limits":         map[string]any{"max_request_bytes": 1 << 62, "max_response_bytes": 1 << 62},
	},
	"plugin.reconfigure": map[string]any{"config": map[string]any{}},
	"plugin.quiesce":     map[string]any{},
	"hook.invoke": map[string]any{
		"hook": "", "payload": nil, "extensions": map[string]any{},
		"context": map[string]any{"request_id": "", "local_state": map[string]any{}, "global_state": map[string]any{}},
	},
}

//export goCall
func goCall(method *C.char, request *C.uint8_t, length C.size_t, out *C.cpex_buffer) C.int {
	reply := answer(C.GoString(method), unsafe.Slice((*byte)(request), int(length)))
	out.ptr = C.CBytes([]byte(reply))
	out.len = C.size_t(len(reply))
	return 0
}

func answer(method string, body []byte) string {
	shape, known := shapes[method]
	switch {
	case !known:
		return unknown
	case method == "hook.invoke" && !registered.Load():
		return early
	case method == "hook.invoke" && onBody != nil:
		return onBody(body)
	case !isRequest(body, shape):
		return invalid
	}
	switch method {
	case "plugin.register":
		registered.Store(true)
		return registration
	case "hook.invoke":
		return onHook()
	}
	return empty
}

//export goShutdown
func goShutdown() { registered.Store(false) }

//export cpex_plugin_init
func cpex_plugin_init(host unsafe.Pointer, plugin *C.cpex_plugin_api) C.int {
	if host == nil || plugin == nil {
		return 1
	}
	C.fill(plugin)
	if *(*C.uint32_t)(host) != 1 {
		return 1
	}
	return 0
}

func main() {}

// deepest is how many containers may lie in one another.
const deepest = 128

// isRequest says whether a body is JSON as docs/abi.md section 7 allows it, and has the members of a shape: a
// text, a list, an object with members that have to be there, or a whole number that is smaller than the one given;
// nil is anything.
func isRequest(body []byte, shape any) bool {
	if !utf8.Valid(body) || !json.Valid(body) || hasHalves(body) {
		return false
	}
	reader := json.NewDecoder(bytes.NewReader(body))
	reader.UseNumber()
	value, good := read(reader, 0)
	return good && fits(value, shape)
}

// read reads one value of valid JSON; false when an object has a key twice or the nesting is too deep.
func read(reader *json.Decoder, depth int) (any, bool) {
	token, err := reader.Token()
	open, isContainer := token.(json.Delim)
	if err != nil || !isContainer {
		return token, err == nil
	}
	if depth == deepest {
		return nil, false
	}
	if open == '[' {
		list := []any{}
		for reader.More() {
			item, good := read(reader, depth+1)
			if !good {
				return nil, false
			}
			list = append(list, item)
		}
		_, err = reader.Token()
		return list, err == nil
	}
	object := map[string]any{}
	for reader.More() {
		key, err := reader.Token()
		name, isText := key.(string)
		if _, twice := object[name]; err != nil || !isText || twice {
			return nil, false
		}
		member, good := read(reader, depth+1)
		if !good {
			return nil, false
		}
		object[name] = member
	}
	_, err = reader.Token()
	return object, err == nil
}

func fits(value, shape any) bool {
	switch shape := shape.(type) {
	case string:
		_, good := value.(string)
		return good
	case int:
		number, good := value.(json.Number)
		exact, err := number.Float64()
		return good && err == nil && exact == math.Trunc(exact) && exact >= 0 && exact < float64(shape)
	case []any:
		list, good := value.([]any)
		for _, item := range list {
			good = good && fits(item, shape[0])
		}
		return good
	case map[string]any:
		object, good := value.(map[string]any)
		for name, inner := range shape {
			member, there := object[name]
			good = good && there && fits(member, inner)
		}
		return good
	}
	return true
}

// hasHalves looks for escapes of half characters, which encoding/json replaces without a word.
func hasHalves(body []byte) bool {
	for at := 0; at+1 < len(body); at++ {
		if body[at] != '\\' {
			continue
		}
		at++
		if body[at] != 'u' || at+5 > len(body) {
			continue
		}
		high := hex(body[at+1 : at+5])
		if high < 0xd800 || high > 0xdfff {
			continue
		}
		at += 4
		if high > 0xdbff || at+7 > len(body) || body[at+1] != '\\' || body[at+2] != 'u' {
			return true
		}
		if low := hex(body[at+3 : at+7]); low < 0xdc00 || low > 0xdfff {
			return true
		}
		at += 6
	}
	return false
}

func hex(digits []byte) int {
	value := 0
	for _, c := range digits {
		value <<= 4
		switch {
		case c >= 'a':
			value += int(c-'a') + 10
		case c >= 'A':
			value += int(c-'A') + 10
		default:
			value += int(c - '0')
		}
	}
	return value
}
