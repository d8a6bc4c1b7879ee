// cpex:if request_interceptor
package main

import "sample-plugin/internal/cpex"

type requestInterceptor struct{}

// InterceptBefore sees a request before its translation. ClearHeaders deletes
// headers, Headers replaces them, Body replaces the body; Terminate ends the
// request with StatusCode, ResponseHeaders and ResponseBody.
func (requestInterceptor) InterceptBefore(ctx *cpex.Call, request *cpex.RequestInterceptRequest) (cpex.RequestInterceptResult, error) {
	return cpex.RequestInterceptResult{}, nil
}

// InterceptAfter sees the same request after its translation.
func (requestInterceptor) InterceptAfter(ctx *cpex.Call, request *cpex.RequestInterceptRequest) (cpex.RequestInterceptResult, error) {
	return cpex.RequestInterceptResult{}, nil
}

// cpex:end
