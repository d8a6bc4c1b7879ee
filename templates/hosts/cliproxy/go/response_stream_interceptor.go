// cpex:if response_stream_interceptor
package main

import "sample-plugin/internal/cpex"

type responseStreamInterceptor struct{}

// InterceptStreamChunk sees each piece of a streamed response; the piece -1 is
// the headers. Body replaces the piece, DropChunk leaves it out.
func (responseStreamInterceptor) InterceptStreamChunk(ctx *cpex.Call, request *cpex.StreamChunkInterceptRequest) (cpex.StreamChunkInterceptResult, error) {
	return cpex.StreamChunkInterceptResult{}, nil
}

// cpex:end
