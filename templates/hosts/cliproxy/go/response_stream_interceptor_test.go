// cpex:if response_stream_interceptor
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesPiecesAsTheyAre(t *testing.T) {
	plugin := cpextest.Start(t)

	for _, index := range []int64{-1, 0} {
		request := cpex.StreamChunkInterceptRequest{ChunkIndex: index, Body: []byte("{}")}
		got := cpextest.Ask[cpex.StreamChunkInterceptResult](plugin, "response.intercept_stream_chunk", request)

		if got.Body != nil || got.DropChunk {
			t.Errorf("piece %d: got %+v", index, got)
		}
	}
}

// cpex:end
