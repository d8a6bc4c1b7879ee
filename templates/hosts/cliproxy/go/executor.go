// cpex:if executor
package main

import (
	"encoding/json"
	"strings"

	"sample-plugin/internal/cpex"
)

type executor struct{}

// Declare says which models this serves ("static", "oauth" or "both") and the
// formats that it reads and writes.
func (executor) Declare() cpex.ExecutorDeclaration {
	return cpex.ExecutorDeclaration{
		ModelScope:    "both",
		InputFormats:  []string{"openai"},
		OutputFormats: []string{"openai"},
	}
}

// Identifier names the provider whose requests this serves.
func (executor) Identifier() string { return cpex.PluginID }

// Execute says again what the user said last.
func (executor) Execute(ctx *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
	said, err := lastUserMessage(request.Payload)
	if err != nil {
		return cpex.ExecutorResult{}, err
	}
	message := map[string]any{"role": "assistant", "content": said}
	choice := map[string]any{"index": 0, "message": message, "finish_reason": "stop"}
	payload, err := completion("chat.completion", request.Model, choice)
	return cpex.ExecutorResult{Payload: payload}, err
}

// ExecuteStream does the same in two pieces. A longer answer goes through
// ctx.Stream, which sends pieces while they are made.
func (executor) ExecuteStream(ctx *cpex.Call, request *cpex.ExecutorStreamRequest) (cpex.ExecutorStreamResult, error) {
	said, err := lastUserMessage(request.Payload)
	if err != nil {
		return cpex.ExecutorStreamResult{}, err
	}
	delta := map[string]any{"role": "assistant", "content": said}
	first := map[string]any{"index": 0, "delta": delta, "finish_reason": nil}
	last := map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": "stop"}
	var chunks []cpex.StreamChunk
	for _, choice := range []map[string]any{first, last} {
		payload, err := completion("chat.completion.chunk", request.Model, choice)
		if err != nil {
			return cpex.ExecutorStreamResult{}, err
		}
		chunks = append(chunks, cpex.StreamChunk{Payload: payload})
	}
	return cpex.ExecutorStreamResult{Chunks: chunks}, nil
}

// CountTokens counts words, which is a guess.
func (executor) CountTokens(ctx *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
	said, err := lastUserMessage(request.Payload)
	if err != nil {
		return cpex.ExecutorResult{}, err
	}
	payload, err := json.Marshal(map[string]int{"total_tokens": len(strings.Fields(said))})
	return cpex.ExecutorResult{Payload: payload}, err
}

// HTTPRequest makes a request with the provider's credential.
func (executor) HTTPRequest(ctx *cpex.Call, request *cpex.ExecutorHttpRequest) (cpex.HttpResult, error) {
	return cpex.HttpResult{StatusCode: 501, Body: []byte("this provider makes no requests for others")}, nil
}

// lastUserMessage finds it in a request of the format openai.
func lastUserMessage(payload []byte) (string, error) {
	var request struct {
		Messages []struct {
			Role    string `json:"role"`
			Content any    `json:"content"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(payload, &request); err != nil {
		return "", cpex.StatusErrorf(400, "invalid_request", "the request is not in the format openai: %v", err)
	}
	for at := len(request.Messages) - 1; at >= 0; at-- {
		if message := request.Messages[at]; message.Role == "user" {
			return textOf(message.Content), nil
		}
	}
	return "", nil
}

// textOf is the text of a message, which may come in parts.
func textOf(content any) string {
	if text, ok := content.(string); ok {
		return text
	}
	parts, _ := content.([]any)
	var text strings.Builder
	for _, part := range parts {
		if fields, ok := part.(map[string]any); ok && fields["type"] == "text" {
			piece, _ := fields["text"].(string)
			text.WriteString(piece)
		}
	}
	return text.String()
}

func completion(object, model string, choice map[string]any) ([]byte, error) {
	return json.Marshal(map[string]any{
		"id":      cpex.PluginID,
		"object":  object,
		"created": 0,
		"model":   model,
		"choices": []any{choice},
	})
}

// cpex:end
