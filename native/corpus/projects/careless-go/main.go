// A plugin in Go with errors that show in no answer: it reads a byte too far in memory of C, and counts without a lock.
package main

/*
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct { void *ptr; size_t len; } buffer;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} plugin_api;

int carelessCall(char *method, uint8_t *request, size_t length, buffer *out);

static int call(const char *method, const uint8_t *request, size_t length, buffer *out) {
  return carelessCall((char *)method, (uint8_t *)request, length, out);
}
static void release(void *block, size_t length) { (void)length; free(block); }
static void shut_down(void) {}
static inline void fill(plugin_api *plugin) {
  plugin->abi_version = 1;
  plugin->call = call;
  plugin->free_buffer = release;
  plugin->shutdown = shut_down;
}
*/
import "C"

import (
	"unsafe"

	"careless/tally"
)

const (
	registration = `{"ok":true,"result":{"schema_version":1,"metadata":{"id":"careless-go","name":"Careless","version":"1.0.0","author":"Tests"},"capabilities":{"hooks":["tool_pre_invoke"]}}}`
	allowed      = `{"ok":true,"result":{"continue_processing":true}}`
	empty        = `{"ok":true,"result":{}}`
	unknown      = `{"ok":false,"error":{"code":"unknown_method","message":"no such method"}}`
)

var kept byte

func readTooFar(length int) {
	copied := C.malloc(C.size_t(length + 1))
	kept = *(*byte)(unsafe.Add(copied, length+1))
	C.free(copied)
}

//export carelessCall
func carelessCall(method *C.char, _ *C.uint8_t, length C.size_t, out *C.buffer) C.int {
	body := unknown
	tally.Count()
	switch C.GoString(method) {
	case "plugin.register":
		body = registration
	case "hook.invoke":
		readTooFar(int(length))
		body = allowed
	case "plugin.reconfigure", "plugin.quiesce":
		body = empty
	}
	out.ptr, out.len = C.CBytes([]byte(body)), C.size_t(len(body))
	return 0
}

//export cpex_plugin_init
func cpex_plugin_init(_ unsafe.Pointer, plugin *C.plugin_api) C.int {
	C.fill(plugin)
	return 0
}

func main() {}
