// cpex:if llm
package main

import (
	"testing"

	"sample-plugin/internal/cpex/cpextest"
	"sample-plugin/internal/pb"
)

func TestAnswersTheLastMessage(t *testing.T) {
	client := pb.NewLLMServiceClient(cpextest.Start(t, register))
	messages := []*pb.LLMMessage{{Role: "user", Text: "Hello"}, {Role: "user", Text: "Goodbye"}}

	answer, err := client.Complete(t.Context(), &pb.CompleteRequest{Messages: messages})

	if err != nil || answer.GetText() != "You said: Goodbye" {
		t.Errorf("got %v, %v", answer, err)
	}
}

// cpex:end
