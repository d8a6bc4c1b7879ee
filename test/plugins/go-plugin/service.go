package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"fixture/fixturepb"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type service struct {
	fixturepb.UnimplementedFixtureServer
	broker *plugin.GRPCBroker
	logger hclog.Logger
	stop   func()
}

func (s *service) Echo(_ context.Context, request *fixturepb.Everything) (*fixturepb.Everything, error) {
	return request, nil
}

func (s *service) Blob(_ context.Context, request *fixturepb.Bytes) (*fixturepb.Bytes, error) {
	return request, nil
}

func (s *service) Count(request *fixturepb.CountRequest, stream fixturepb.Fixture_CountServer) error {
	for n := range int64(request.Count) {
		if err := stream.Send(&fixturepb.Number{Value: request.First + n}); err != nil {
			return err
		}
	}
	if request.Code != 0 {
		return status.Error(codes.Code(request.Code), "counted far enough")
	}
	return nil
}

func (s *service) Sum(stream fixturepb.Fixture_SumServer) error {
	var sum int64
	for {
		number, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&fixturepb.Number{Value: sum})
		}
		if err != nil {
			return err
		}
		sum += number.Value
	}
}

func (s *service) Chat(stream fixturepb.Fixture_ChatServer) error {
	for {
		line, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&fixturepb.Line{Text: strings.ToUpper(line.Text)}); err != nil {
			return err
		}
	}
}

func (s *service) Fail(_ context.Context, request *fixturepb.Failure) (*fixturepb.Nothing, error) {
	return nil, status.Error(codes.Code(request.Code), request.Message)
}

func (s *service) Print(_ context.Context, request *fixturepb.Printing) (*fixturepb.Nothing, error) {
	for range max(request.Times, 1) {
		fmt.Fprint(os.Stdout, request.ToStdout)
		fmt.Fprint(os.Stderr, request.ToStderr)
	}
	if request.Log != "" {
		s.logger.Log(hclog.LevelFromString(request.Level), request.Log, "times", request.Times, "who", "fixture")
	}
	return &fixturepb.Nothing{}, nil
}

func (s *service) Environment(_ context.Context, request *fixturepb.Line) (*fixturepb.Line, error) {
	value, set := os.LookupEnv(request.Text)
	if !set {
		return nil, status.Error(codes.NotFound, request.Text+" is not set")
	}
	return &fixturepb.Line{Text: value}, nil
}

func (s *service) Misbehave(ctx context.Context, request *fixturepb.Line) (*fixturepb.Line, error) {
	switch request.Text {
	case "panic":
		go func() { panic("the fixture was asked to") }()
		time.Sleep(time.Minute)
	case "exit":
		os.Exit(7)
	case "hang":
		time.Sleep(time.Hour)
	case "wait":
		<-ctx.Done()
		s.logger.Warn("the call was cancelled")
		return nil, ctx.Err()
	case "stop":
		go s.stop()
		<-ctx.Done()
		return nil, ctx.Err()
	case "orphan":
		child := exec.Command("sleep", "600")
		if err := child.Start(); err != nil {
			return nil, err
		}
		return &fixturepb.Line{Text: fmt.Sprint(child.Process.Pid)}, nil
	}
	return nil, status.Error(codes.InvalidArgument, "nothing is known by this name")
}

func (s *service) AskHost(ctx context.Context, request *fixturepb.AskRequest) (*fixturepb.Line, error) {
	connection, err := s.broker.Dial(request.BrokerId)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	host := fixturepb.NewHostClient(connection)
	answers := []string{}
	for n := range max(request.Times, 1) {
		answer, err := host.Ask(ctx, &fixturepb.Line{Text: fmt.Sprintf("%s %d", request.Text, n)})
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer.Text)
	}
	return &fixturepb.Line{Text: strings.Join(answers, ", ")}, nil
}

func (s *service) Offer(context.Context, *fixturepb.Nothing) (*fixturepb.Number, error) {
	id := s.broker.NextId()
	go s.broker.AcceptAndServe(id, func(options []grpc.ServerOption) *grpc.Server {
		server := grpc.NewServer(options...)
		fixturepb.RegisterFixtureServer(server, s)
		return server
	})
	return &fixturepb.Number{Value: int64(id)}, nil
}
