// The echo plugin in Go: nothing but what the ABI asks for.
package main

/*
#cgo CFLAGS: -I..
#include <stdlib.h>
#include "abi.h"

int echo_call(char *method, uint8_t *request, size_t length, cpex_buffer *response);
void echo_free(void *pointer, size_t length);
void echo_shutdown(void);

static int call(const char *method, const uint8_t *request, size_t length, cpex_buffer *response) {
  return echo_call((char *)method, (uint8_t *)request, length, response);
}
static inline void fill(cpex_plugin_api *plugin) {
  plugin->abi_version = 1;
  plugin->call = call;
  plugin->free_buffer = echo_free;
  plugin->shutdown = echo_shutdown;
}
*/
import "C"

import "unsafe"

//export echo_call
func echo_call(method *C.char, request *C.uint8_t, length C.size_t, response *C.cpex_buffer) C.int {
	response.ptr = C.CBytes(unsafe.Slice((*byte)(unsafe.Pointer(request)), int(length)))
	response.len = length
	return 0
}

//export echo_free
func echo_free(pointer unsafe.Pointer, length C.size_t) { C.free(pointer) }

//export echo_shutdown
func echo_shutdown() {}

//export cpex_plugin_init
func cpex_plugin_init(host *C.cpex_host_api, plugin *C.cpex_plugin_api) C.int {
	C.fill(plugin)
	return 0
}

func main() {}
