package main

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/pb"
)

// service answers for greeter.v1.Greeter.
type service struct {
	pb.UnimplementedGreeterServer
}

// Greet answers with a greeting.
func (*service) Greet(_ context.Context, request *pb.GreetRequest) (*pb.GreetReply, error) {
	return greeting(request)
}

// GreetEach greets everyone that comes, one reply for each request.
func (*service) GreetEach(stream grpc.BidiStreamingServer[pb.GreetRequest, pb.GreetReply]) error {
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		reply, err := greeting(request)
		if err != nil {
			return err
		}
		if err := stream.Send(reply); err != nil {
			return err
		}
	}
}

func greeting(request *pb.GreetRequest) (*pb.GreetReply, error) {
	name := request.GetName()
	if name == "" {
		return nil, status.Error(codes.InvalidArgument, "name is empty")
	}
	cpex.Log().Debug("greeting", "name", name)
	return &pb.GreetReply{Text: "Hello, " + name + "!"}, nil
}
