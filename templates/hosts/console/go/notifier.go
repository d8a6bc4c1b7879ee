// cpex:if notifier
package main

import (
	"context"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/pb"
)

// notifier tells somebody what has happened.
type notifier struct {
	pb.UnimplementedNotifierServiceServer
}

// Name is asked once.
func (*notifier) Name(context.Context, *pb.NotifyEmpty) (*pb.NotifierName, error) {
	return &pb.NotifierName{Name: cpex.PluginID}, nil
}

// Notify hears of component_down, component_degraded, component_recovered and
// flag_changed.
func (*notifier) Notify(_ context.Context, event *pb.Event) (*pb.NotifyEmpty, error) {
	cpex.Log().Info("notified", "type", event.GetType(), "title", event.GetTitle())
	return &pb.NotifyEmpty{}, nil
}

// cpex:end
