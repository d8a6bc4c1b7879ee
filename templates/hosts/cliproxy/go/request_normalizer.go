// cpex:if request_normalizer
package main

import "sample-plugin/internal/cpex"

type requestNormalizer struct{}

// Normalize changes a request after its translation. Without a body in the
// result, the request stays as it is.
func (requestNormalizer) Normalize(ctx *cpex.Call, request *cpex.RequestTransformRequest) (cpex.BodyResult, error) {
	return cpex.BodyResult{}, nil
}

// cpex:end
