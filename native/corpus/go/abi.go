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

int goCall(char *method, cpex_buffer *out);

static int call(const char *method, const uint8_t *request, size_t len, cpex_buffer *out) {
  (void)request, (void)len;
  return goCall((char *)method, out);
}
static void release(void *ptr, size_t len) { (void)len; free(ptr); }
static void shut_down(void) {}
static inline void fill(cpex_plugin_api *plugin) {
  plugin->abi_version = 1;
  plugin->call = call;
  plugin->free_buffer = release;
  plugin->shutdown = shut_down;
}
*/
import "C"

import "unsafe"

const (
	registration = `{"ok":true,"result":{"schema_version":1,"metadata":{"id":"plugin","name":"Plugin","version":"1.0.0","author":"Tests"},"capabilities":{"hooks":["tool_pre_invoke"]}}}`
	allowed      = `{"ok":true,"result":{"continue_processing":true}}`
	unknown      = `{"ok":false,"error":{"code":"unknown_method","message":"no such method"}}`
)

//export goCall
func goCall(method *C.char, out *C.cpex_buffer) C.int {
	body := unknown
	switch C.GoString(method) {
	case "plugin.register":
		body = registration
	case "hook.invoke":
		body = onHook()
	}
	out.ptr = C.CBytes([]byte(body))
	out.len = C.size_t(len(body))
	return 0
}

//export cpex_plugin_init
func cpex_plugin_init(host unsafe.Pointer, plugin *C.cpex_plugin_api) C.int {
	C.fill(plugin)
	return 0
}

func main() {}
