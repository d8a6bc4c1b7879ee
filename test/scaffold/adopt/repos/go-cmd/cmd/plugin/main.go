package main

/*
#include <stdint.h>
#include <stdlib.h>

typedef struct { void *ptr; size_t len; } buf;
typedef struct {
	uint32_t abi_version;
	void *host_ctx;
	int (*call)(void *, const char *, const uint8_t *, size_t, buf *);
	void (*free_buffer)(void *, size_t);
} host_api;
typedef struct {
	uint32_t abi_version;
	int (*call)(char *, uint8_t *, size_t, buf *);
	void (*free_buffer)(void *, size_t);
	void (*shutdown)(void);
} plugin_api;

int taggerCall(char *, uint8_t *, size_t, buf *);
void taggerFree(void *, size_t);
void taggerShutdown(void);
*/
import "C"

import (
	"encoding/json"
	"unsafe"

	"github.com/tag-team/cpa-header-tagger/v2/internal/tagger"
)

type envelope struct {
	OK     bool  `json:"ok"`
	Result any   `json:"result,omitempty"`
	Error  *fail `json:"error,omitempty"`
}

type fail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type registration struct {
	SchemaVersion uint32          `json:"schema_version"`
	Metadata      metadata        `json:"metadata"`
	Capabilities  map[string]bool `json:"capabilities"`
}

type metadata struct {
	Name, Version, Author, GitHubRepository, Logo string
	ConfigFields                                  []struct{}
}

type intercepted struct {
	Headers      map[string][]string
	Body         []byte
	ClearHeaders []string
}

func answer(method string) envelope {
	switch method {
	case "plugin.register", "plugin.reconfigure":
		return envelope{OK: true, Result: registration{1, metadata{
			Name: "header-tagger", Version: tagger.Version, Author: "Tag Team",
			GitHubRepository: "https://github.com/tag-team/cpa-header-tagger",
		}, map[string]bool{"request_interceptor": true, "scheduler": false}}}
	case "request.intercept_before", "request.intercept_after":
		name, values := tagger.Header()
		return envelope{OK: true, Result: intercepted{Headers: map[string][]string{name: values}}}
	}
	return envelope{Error: &fail{"unknown_method", "header-tagger has no " + method}}
}

//export taggerCall
func taggerCall(method *C.char, request *C.uint8_t, length C.size_t, response *C.buf) C.int {
	body, err := json.Marshal(answer(C.GoString(method)))
	if err != nil {
		return 1
	}
	response.ptr = C.CBytes(body)
	response.len = C.size_t(len(body))
	return 0
}

//export taggerFree
func taggerFree(ptr unsafe.Pointer, length C.size_t) { C.free(ptr) }

//export taggerShutdown
func taggerShutdown() {}

//export cliproxy_plugin_init
func cliproxy_plugin_init(host *C.host_api, plugin *C.plugin_api) C.int {
	if host == nil || plugin == nil || host.abi_version != 1 {
		return 1
	}
	plugin.abi_version = 1
	plugin.call = (*[0]byte)(C.taggerCall)
	plugin.free_buffer = (*[0]byte)(C.taggerFree)
	plugin.shutdown = (*[0]byte)(C.taggerShutdown)
	return 0
}

func main() {}
