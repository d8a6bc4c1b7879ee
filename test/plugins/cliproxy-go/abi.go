// The border to C, as plugins outside this repository have it: exported Go functions in a table that C fills.
package main

/*
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct { void *ptr; size_t len; } cliproxy_buffer;
typedef struct {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *, const char *, const uint8_t *, size_t, cliproxy_buffer *);
  void (*free_buffer)(void *, size_t);
} cliproxy_host_api;
typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, cliproxy_buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} cliproxy_plugin_api;

extern int cliproxyPluginCall(char *method, uint8_t *request, size_t len, cliproxy_buffer *response);
extern void cliproxyPluginFree(void *ptr, size_t len);
extern void cliproxyPluginShutdown(void);

typedef int (*plugin_call)(const char *, const uint8_t *, size_t, cliproxy_buffer *);

static inline void fill_table(cliproxy_plugin_api *plugin) {
  static const cliproxy_plugin_api table = {1, (plugin_call)cliproxyPluginCall, cliproxyPluginFree, cliproxyPluginShutdown};
  *plugin = table;
}
static inline int ask(const cliproxy_host_api *host, char *method, uint8_t *request, size_t len, cliproxy_buffer *answer) {
  return host->call(host->host_ctx, method, request, len, answer);
}
static inline void give_back(const cliproxy_host_api *host, cliproxy_buffer answer) {
  if (answer.ptr) host->free_buffer(answer.ptr, answer.len);
}
*/
import "C"

import (
	"encoding/json"
	"errors"
	"fmt"
	"unsafe"
)

var host *C.cliproxy_host_api

//export cliproxy_plugin_init
func cliproxy_plugin_init(api *C.cliproxy_host_api, plugin *C.cliproxy_plugin_api) C.int {
	if api == nil || plugin == nil || api.abi_version != 1 {
		return 1
	}
	host = api
	C.fill_table(plugin)
	return 0
}

//export cliproxyPluginCall
func cliproxyPluginCall(method *C.char, request *C.uint8_t, length C.size_t, response *C.cliproxy_buffer) C.int {
	body := serve(C.GoString(method), C.GoBytes(unsafe.Pointer(request), C.int(length)))
	response.ptr = C.CBytes(body)
	response.len = C.size_t(len(body))
	return 0
}

//export cliproxyPluginFree
func cliproxyPluginFree(ptr unsafe.Pointer, length C.size_t) { C.free(ptr) }

//export cliproxyPluginShutdown
func cliproxyPluginShutdown() { stop() }

type envelope struct {
	OK     bool            `json:"ok"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *failure        `json:"error,omitempty"`
}

type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func succeed(result any) []byte {
	body, err := json.Marshal(result)
	if err != nil {
		return fail("plugin_error", err.Error())
	}
	whole, _ := json.Marshal(envelope{OK: true, Result: body})
	return whole
}

func fail(code, message string) []byte {
	body, _ := json.Marshal(envelope{Error: &failure{code, message}})
	return body
}

// callHost asks the host, from any goroutine.
func callHost(method string, request, result any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	name := C.CString(method)
	defer C.free(unsafe.Pointer(name))
	sent := C.CBytes(body)
	defer C.free(sent)
	var answer C.cliproxy_buffer
	code := C.ask(host, name, (*C.uint8_t)(sent), C.size_t(len(body)), &answer)
	defer C.give_back(host, answer)
	if code != 0 {
		return fmt.Errorf("host.call %s returned %d", method, int(code))
	}
	var read envelope
	if err := json.Unmarshal(C.GoBytes(answer.ptr, C.int(answer.len)), &read); err != nil {
		return err
	}
	if !read.OK && read.Error == nil {
		return fmt.Errorf("host.call %s was answered without a result", method)
	}
	if !read.OK {
		return errors.New(read.Error.Message)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(read.Result, result)
}

func main() {}
