// cpex:if response_before_translator
package main

import "sample-plugin/internal/cpex"

type responseBeforeTranslator struct{}

// NormalizeBefore changes a response before its translation. Without a body in
// the result, the response stays as it is.
func (responseBeforeTranslator) NormalizeBefore(ctx *cpex.Call, request *cpex.ResponseTransformRequest) (cpex.BodyResult, error) {
	return cpex.BodyResult{}, nil
}

// cpex:end
