// cpex:if request_translator
package main

import "sample-plugin/internal/cpex"

type requestTranslator struct{}

// Translate turns a request from one format into another. Without a body in the
// result, the next translator is asked.
func (requestTranslator) Translate(ctx *cpex.Call, request *cpex.RequestTransformRequest) (cpex.BodyResult, error) {
	return cpex.BodyResult{}, nil
}

// cpex:end
