// cpex:if executor
package main

import (
	"strings"
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

var chat = []byte(`{"messages":[{"role":"user","content":"before"},{"role":"user","content":[{"type":"text","text":"hello you"}]}]}`)

func TestSaysAgainWhatTheUserSaid(t *testing.T) {
	plugin := cpextest.Start(t)
	request := cpex.ExecutorRequest{Model: "sample-plugin-1", Payload: chat}

	got := cpextest.Ask[cpex.ExecutorResult](plugin, "executor.execute", request)

	if !strings.Contains(string(got.Payload), `"hello you"`) {
		t.Errorf("got %s", got.Payload)
	}
}

func TestStreamsTwoPieces(t *testing.T) {
	plugin := cpextest.Start(t)
	request := cpex.ExecutorStreamRequest{Model: "sample-plugin-1", Payload: chat, Stream: true, StreamID: "1"}

	got := cpextest.Ask[cpex.ExecutorStreamResult](plugin, "executor.execute_stream", request)

	if len(got.Chunks) != 2 || !strings.Contains(string(got.Chunks[0].Payload), `"hello you"`) {
		t.Errorf("got %s", got.Chunks)
	}
}

func TestCountsWords(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.ExecutorResult](plugin, "executor.count_tokens", cpex.ExecutorRequest{Payload: chat})

	if string(got.Payload) != `{"total_tokens":2}` {
		t.Errorf("got %s", got.Payload)
	}
}

func TestRefusesWhatIsNoJSON(t *testing.T) {
	plugin := cpextest.Start(t)

	err := plugin.Call("executor.execute", cpex.ExecutorRequest{Payload: []byte("no JSON")}, new(cpex.ExecutorResult))

	if known, ok := err.(*cpex.Error); !ok || known.HTTPStatus != 400 {
		t.Errorf("got %v, want an error with status 400", err)
	}
}

// cpex:end
