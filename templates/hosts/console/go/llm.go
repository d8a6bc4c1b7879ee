// cpex:if llm
package main

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/pb"
)

// llm runs a language model.
type llm struct {
	pb.UnimplementedLLMServiceServer
}

// Name is asked once.
func (*llm) Name(context.Context, *pb.LLMEmpty) (*pb.LLMName, error) {
	return &pb.LLMName{Name: cpex.PluginID}, nil
}

// Complete answers the last message. Call your model here.
func (*llm) Complete(_ context.Context, request *pb.CompleteRequest) (*pb.CompleteResponse, error) {
	messages := request.GetMessages()
	if len(messages) == 0 {
		return nil, status.Error(codes.InvalidArgument, "there is no message to answer")
	}
	return &pb.CompleteResponse{Text: "You said: " + messages[len(messages)-1].GetText()}, nil
}

// cpex:end
