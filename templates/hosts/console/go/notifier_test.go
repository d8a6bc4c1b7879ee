// cpex:if notifier
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
	"sample-plugin/internal/pb"
)

func TestIsANotifier(t *testing.T) {
	client := pb.NewNotifierServiceClient(cpextest.Start(t, register))

	name, err := client.Name(t.Context(), &pb.NotifyEmpty{})
	if err != nil || name.GetName() != cpex.PluginID {
		t.Errorf("got %v, %v", name, err)
	}
	if _, err := client.Notify(t.Context(), &pb.Event{Type: "component_down", Component: "api"}); err != nil {
		t.Error(err)
	}
}

// cpex:end
