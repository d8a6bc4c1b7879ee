// cpex:if response_interceptor
package main

import "sample-plugin/internal/cpex"

type responseInterceptor struct{}

// InterceptAfter sees a complete response. ClearHeaders deletes headers, Headers
// replaces them, Body replaces the body.
func (responseInterceptor) InterceptAfter(ctx *cpex.Call, request *cpex.ResponseInterceptRequest) (cpex.ResponseInterceptResult, error) {
	return cpex.ResponseInterceptResult{}, nil
}

// cpex:end
