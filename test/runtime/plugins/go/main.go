// A plugin in Go for the tests of the runtime: what differs from C is panics, os.Exit and its own threads.
package main

/*
#cgo CFLAGS: -I..
#include "cpex_abi.h"
#include <stdlib.h>
#include <string.h>

int go_call(char *method, uint8_t *request, size_t length, cpex_buffer *response);
void go_free(void *pointer, size_t length);
void go_shutdown(void);

static int call(const char *method, const uint8_t *request, size_t length, cpex_buffer *response) {
  return go_call((char *)method, (uint8_t *)request, length, response);
}
static inline void fill(cpex_plugin_api *plugin) {
  plugin->abi_version = 1;
  plugin->call = call;
  plugin->free_buffer = go_free;
  plugin->shutdown = go_shutdown;
}
static inline int ask(const cpex_host_api *host, const char *method, const void *request, size_t length, cpex_buffer *answer) {
  return host->call(host->host_ctx, method, request, length, answer);
}
static inline void release(const cpex_host_api *host, cpex_buffer *answer) { host->free_buffer(answer->ptr, answer->len); }
*/
import "C"

import (
	"os"
	"sync"
	"unsafe"
)

var host *C.cpex_host_api

func reply(response *C.cpex_buffer, body []byte) {
	response.ptr = C.CBytes(body)
	response.len = C.size_t(len(body))
}

func ask(body []byte) []byte {
	method := C.CString("host.echo")
	defer C.free(unsafe.Pointer(method))
	request := C.CBytes(body)
	defer C.free(request)
	var answer C.cpex_buffer
	if C.ask(host, method, request, C.size_t(len(body)), &answer) != 0 {
		return []byte("failed")
	}
	defer C.release(host, &answer)
	return C.GoBytes(answer.ptr, C.int(answer.len))
}

func askFromGoroutines(body []byte, count int) []byte {
	var group sync.WaitGroup
	answers := make([][]byte, count)
	for i := range answers {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			answers[i] = ask(body)
		}(i)
	}
	group.Wait()
	for _, answer := range answers {
		if string(answer) != string(body) {
			return []byte("wrong")
		}
	}
	return []byte("right")
}

//export go_call
func go_call(method *C.char, request *C.uint8_t, length C.size_t, response *C.cpex_buffer) C.int {
	body := C.GoBytes(unsafe.Pointer(request), C.int(length))
	switch C.GoString(method) {
	case "echo":
		reply(response, body)
	case "ask":
		reply(response, ask(body))
	case "goroutines":
		reply(response, askFromGoroutines(body, 50))
	case "panic":
		panic("something is wrong")
	case "exit":
		os.Exit(3)
	}
	return 0
}

//export go_free
func go_free(pointer unsafe.Pointer, length C.size_t) { C.free(pointer) }

//export go_shutdown
func go_shutdown() {}

//export cpex_plugin_init
func cpex_plugin_init(api *C.cpex_host_api, plugin *C.cpex_plugin_api) C.int {
	host = api
	C.fill(plugin)
	return 0
}

func main() {}
