package main

/*
#cgo linux LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
  void *ptr;
  size_t len;
} abi_buffer;

typedef struct {
  uint32_t abi_version;
  void *host_ctx;
  int (*call)(void *, const char *, const uint8_t *, size_t, abi_buffer *);
  void (*free_buffer)(void *, size_t);
} abi_host;

typedef struct {
  uint32_t abi_version;
  int (*call)(const char *, const uint8_t *, size_t, abi_buffer *);
  void (*free_buffer)(void *, size_t);
  void (*shutdown)(void);
} abi_plugin;

typedef int (*abi_entry)(const abi_host *, abi_plugin *);

extern int cpexHostCall(void *, char *, uint8_t *, size_t, abi_buffer *);
extern void cpexHostFree(void *, size_t);

static int host_call(void *context, const char *method, const uint8_t *request, size_t length, abi_buffer *response) {
  return cpexHostCall(context, (char *)method, (uint8_t *)request, length, response);
}

static void fill_host(abi_host *host, uint32_t version) {
  host->abi_version = version;
  host->host_ctx = host; // only has to come back unchanged
  host->call = host_call;
  host->free_buffer = cpexHostFree;
}

static int call_entry(void *entry, const abi_host *host, abi_plugin *plugin) {
  return ((abi_entry)entry)(host, plugin);
}

static int plugin_call(const abi_plugin *plugin, const char *method, const uint8_t *request, size_t length, abi_buffer *response) {
  return plugin->call(method, request, length, response);
}

static void plugin_free(const abi_plugin *plugin, void *block, size_t length) { plugin->free_buffer(block, length); }
static void plugin_shutdown(const abi_plugin *plugin) { plugin->shutdown(); }
*/
import "C"

import "unsafe"

// Both tables live in C memory, for ever: the plugin may have kept their addresses.
var (
	hostTable   = (*C.abi_host)(C.calloc(1, C.sizeof_abi_host))
	pluginTable = (*C.abi_plugin)(C.calloc(1, C.sizeof_abi_plugin))
)

// openLibrary binds all symbols at once and shows none of them to others, as hosts do. The library is never closed:
// threads of the plugin may be in it as long as the process lives.
func openLibrary(file, entry string) (unsafe.Pointer, *refusal) {
	name, symbol := C.CString(file), C.CString(entry)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(symbol))
	library := C.dlopen(name, C.RTLD_NOW|C.RTLD_LOCAL)
	if library == nil {
		return nil, &refusal{stage: "load", detail: loaderWords()}
	}
	found := C.dlsym(library, symbol)
	if found == nil {
		return nil, &refusal{stage: "entry", detail: loaderWords()}
	}
	return found, nil
}

func loaderWords() string {
	if words := C.dlerror(); words != nil {
		return C.GoString(words)
	}
	return "the loader does not say why"
}

func makeHostTable(with rules) {
	lenient = with.optionalResponse
	C.fill_host(hostTable, C.uint32_t(with.abiVersion))
}

func callEntry(entry unsafe.Pointer) int32 {
	return int32(C.call_entry(entry, hostTable, pluginTable))
}

func pluginVersion() uint32 { return uint32(pluginTable.abi_version) }

func hasShutdown() bool { return pluginTable.shutdown != nil }

func missingFunctions(optionalShutdown bool) []string {
	var names []string
	if pluginTable.call == nil {
		names = append(names, "call")
	}
	if pluginTable.free_buffer == nil {
		names = append(names, "free_buffer")
	}
	if pluginTable.shutdown == nil && !optionalShutdown {
		names = append(names, "shutdown")
	}
	return names
}

func shutDownPlugin() {
	if hasShutdown() {
		C.plugin_shutdown(pluginTable)
	}
}

// answer is how a call came out: the plugin's code, a copy of its reply, and the slot as it was left.
type answer struct {
	code   int32
	body   []byte
	isNull bool
	length uint64
}

// request is what a call hands to the plugin, in C memory.
type request struct {
	method *C.char
	body   unsafe.Pointer
	length C.size_t
}

func newRequest(method string, body []byte) request {
	return request{C.CString(method), C.CBytes(body), C.size_t(len(body))}
}

func (one request) free() {
	C.free(unsafe.Pointer(one.method))
	C.free(one.body)
}

// callPlugin makes one call. The reply is copied with a length of 32 bits, as C.GoBytes takes it, and given back.
func callPlugin(one request, copied bool) answer {
	var slot C.abi_buffer
	code := C.plugin_call(pluginTable, one.method, (*C.uint8_t)(one.body), one.length, &slot)
	said := answer{code: int32(code), isNull: slot.ptr == nil, length: uint64(slot.len)}
	if slot.ptr == nil {
		return said
	}
	if length := C.int(slot.len); copied && length > 0 {
		said.body = C.GoBytes(slot.ptr, length)
	}
	C.plugin_free(pluginTable, slot.ptr, slot.len)
	return said
}

//export cpexHostFree
func cpexHostFree(block unsafe.Pointer, _ C.size_t) {
	C.free(block)
}

//export cpexHostCall
func cpexHostCall(_ unsafe.Pointer, method *C.char, body *C.uint8_t, length C.size_t, response *C.abi_buffer) C.int {
	if response != nil {
		response.ptr, response.len = nil, 0
	}
	if method == nil || (response == nil && !lenient) || length > maxBody || (body == nil && length > 0) {
		return askFailed
	}
	// With a length of 32 bits, as C.GoBytes takes it.
	var copied []byte
	if short := C.int(length); short > 0 {
		copied = C.GoBytes(unsafe.Pointer(body), short)
	}
	code, reply := askHost(C.GoString(method), copied)
	if response != nil && len(reply) > 0 {
		response.ptr, response.len = C.CBytes(reply), C.size_t(len(reply))
	}
	return C.int(code)
}
