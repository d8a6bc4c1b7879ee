// A plugin that sends requests on: an executor with models, an interceptor, a page and a heartbeat of its own.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

var (
	background sync.WaitGroup
	once       sync.Once
	leaving    = make(chan struct{})
	leave      sync.Once
)

// Where the build for tests of faults hooks in.
var fault = func(method string) {}

type registration struct {
	SchemaVersion int `json:"schema_version"`
	Metadata      any `json:"metadata"`
	Capabilities  any `json:"capabilities"`
}

type metadata struct {
	Name, Version, Author, GitHubRepository, Logo string
	ConfigFields                                  []configField
}

type configField struct{ Name, Type, Description string }

type execution struct {
	Model, Format string
	Payload       []byte
	CallbackID    string `json:"host_callback_id"`
	StreamID      string `json:"stream_id"`
}

func serve(method string, request []byte) (body []byte) {
	fault(method)
	defer func() {
		if reason := recover(); reason != nil {
			body = fail("plugin_panic", fmt.Sprint(reason))
		}
	}()
	switch method {
	case "plugin.register", "plugin.reconfigure":
		once.Do(startHeart)
		return succeed(registration{1, metadata{
			Name: "Relay", Version: "2.1.0", Author: "Somebody", GitHubRepository: "https://github.com/somebody/relay",
			ConfigFields: []configField{{"base_url", "string", "Where requests go."}},
		}, map[string]any{
			"executor": true, "executor_model_scope": "static", "executor_input_formats": []string{"chat-completions"},
			"executor_output_formats": []string{"openai"}, "model_provider": true, "request_interceptor": true,
			"management_api": true,
		}})
	case "model.static", "model.for_auth":
		return succeed(map[string]any{"Provider": "Relay", "Models": []any{map[string]any{"ID": "relay-1"}}})
	case "executor.identifier":
		return succeed(map[string]string{"identifier": "relay"})
	case "executor.execute", "executor.count_tokens", "executor.execute_stream":
		var asked execution
		if err := json.Unmarshal(request, &asked); err != nil {
			return fail("invalid_request", err.Error())
		}
		return execute(method, asked)
	case "executor.http_request":
		return succeed(map[string]any{"StatusCode": 204})
	case "request.intercept_before", "request.intercept_after":
		return succeed(map[string]any{"Headers": http.Header{"X-Relay": {"a&b <c>"}}})
	case "management.register":
		return succeed(map[string]any{
			"routes":    []any{map[string]string{"Path": "relay/status"}},
			"resources": []any{map[string]string{"Path": "index.html", "Menu": "Relay"}},
		})
	case "management.handle":
		return succeed(map[string]any{"Headers": http.Header{"Content-Type": {"text/html"}}, "Body": []byte("<p>up</p>")})
	}
	return fail("unknown_method", "unknown method "+method)
}

func execute(method string, asked execution) []byte {
	callHost("host.log", map[string]any{"level": "info", "message": "asked for " + asked.Model, "host_callback_id": asked.CallbackID}, nil)
	switch method {
	case "executor.count_tokens":
		return succeed(map[string][]byte{"Payload": []byte(fmt.Sprintf(`{"tokens":%d}`, len(asked.Payload)))})
	case "executor.execute_stream":
		background.Add(1)
		go stream(asked.StreamID)
		return succeed(map[string]any{"headers": http.Header{"Content-Type": {"text/event-stream"}}})
	}
	var got struct {
		StatusCode int
		Body       []byte
	}
	err := callHost("host.http.do", map[string]any{
		"method": "POST", "url": "https://relay.example.test/v1?a=1&b=2", "body": asked.Payload,
		"host_callback_id": asked.CallbackID,
	}, &got)
	if err != nil {
		return succeed(map[string][]byte{"Payload": []byte(`{"upstream":false}`)})
	}
	return succeed(map[string][]byte{"Payload": got.Body})
}

// stream goes on after its call has returned; the host takes 16 pieces at a time.
func stream(id string) {
	defer background.Done()
	for i := 0; i < 50; i++ {
		piece := []byte(strings.Repeat("x", i*200) + fmt.Sprintf(" %d\n", i))
		if callHost("host.stream.emit", map[string]any{"stream_id": id, "payload": piece}, nil) != nil {
			return
		}
	}
	callHost("host.stream.close", map[string]string{"stream_id": id}, nil)
}

// startHeart logs between calls until the plugin is shut down.
func startHeart() {
	background.Add(1)
	go func() {
		defer background.Done()
		beat := time.NewTicker(10 * time.Millisecond)
		defer beat.Stop()
		for {
			select {
			case <-leaving:
				return
			case <-beat.C:
				callHost("host.log", map[string]any{"level": "debug", "message": "alive"}, nil)
			}
		}
	}()
}

func stop() {
	leave.Do(func() { close(leaving) })
	background.Wait()
}
