// cpex:if response_translator
package main

import "sample-plugin/internal/cpex"

type responseTranslator struct{}

// Translate turns a response from one format into another. Without a body in
// the result, the next translator is asked.
func (responseTranslator) Translate(ctx *cpex.Call, request *cpex.ResponseTransformRequest) (cpex.BodyResult, error) {
	return cpex.BodyResult{}, nil
}

// cpex:end
