package main

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"sample-plugin/internal/cpex/cpextest"
	"sample-plugin/internal/pb"
)

func TestGreets(t *testing.T) {
	client := pb.NewGreeterClient(cpextest.Start(t, register))

	reply, err := client.Greet(t.Context(), &pb.GreetRequest{Name: "Ada"})

	if err != nil || reply.GetText() != "Hello, Ada!" {
		t.Errorf("got %v, %v", reply, err)
	}
}

func TestWantsAName(t *testing.T) {
	client := pb.NewGreeterClient(cpextest.Start(t, register))

	_, err := client.Greet(t.Context(), &pb.GreetRequest{})

	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("got %v", err)
	}
}

func TestGreetsEach(t *testing.T) {
	client := pb.NewGreeterClient(cpextest.Start(t, register))
	stream, err := client.GreetEach(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range []string{"Ada", "Grace"} {
		if err := stream.Send(&pb.GreetRequest{Name: name}); err != nil {
			t.Fatal(err)
		}
		reply, err := stream.Recv()
		if err != nil || reply.GetText() != "Hello, "+name+"!" {
			t.Errorf("got %v, %v", reply, err)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
}
