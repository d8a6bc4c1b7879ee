// cpex:if status_provider
package main

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/pb"
)

// statusProvider looks how components are.
type statusProvider struct {
	pb.UnimplementedStatusProviderServiceServer
}

// Name is asked once.
func (*statusProvider) Name(context.Context, *pb.StatusEmpty) (*pb.StatusName, error) {
	return &pb.StatusName{Name: cpex.PluginID}, nil
}

// Check looks at one component; Console takes an error for an unknown state.
func (*statusProvider) Check(_ context.Context, component *pb.StatusComponent) (*pb.StatusCheck, error) {
	if component.GetKey() == "" {
		return nil, status.Error(codes.InvalidArgument, "the component has no key")
	}
	began := time.Now()
	// Look at the component here; its settings are in component.GetConfig().
	return &pb.StatusCheck{
		Component:         component.GetKey(),
		Message:           "not looked at yet",
		LatencyNanos:      time.Since(began).Nanoseconds(),
		CheckedAtUnixNano: began.UnixNano(),
	}, nil
}

// cpex:end
