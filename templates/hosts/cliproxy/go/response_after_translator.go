// cpex:if response_after_translator
package main

import "sample-plugin/internal/cpex"

type responseAfterTranslator struct{}

// NormalizeAfter changes a response after its translation. Without a body in
// the result, the response stays as it is.
func (responseAfterTranslator) NormalizeAfter(ctx *cpex.Call, request *cpex.ResponseTransformRequest) (cpex.BodyResult, error) {
	return cpex.BodyResult{}, nil
}

// cpex:end
