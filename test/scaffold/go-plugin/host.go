// Command host is go-plugin's own host over a plugin with the sample service: it says what came of every call, one JSON
// object, and how long the plugin took to end.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"sample-plugin/internal/pb"
)

type greeter struct{ plugin.NetRPCUnsupportedPlugin }

func (greeter) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }

func (greeter) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, connection *grpc.ClientConn) (any, error) {
	return pb.NewGreeterClient(connection), nil
}

type outcome struct {
	Version  int      `json:"version"`
	Healthy  bool     `json:"healthy"`
	Reply    string   `json:"reply"`
	Refused  string   `json:"refused"`
	Streamed []string `json:"streamed"`
	// Killed is false for a plugin that ended when it was asked to.
	Killed bool   `json:"killed"`
	Logs   string `json:"logs"`
}

func main() {
	executable, options := os.Args[1], os.Args[2:]
	logs, err := os.CreateTemp("", "logs")
	must(err)
	defer os.Remove(logs.Name())
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  plugin.HandshakeConfig{MagicCookieKey: "APP_PLUGIN", MagicCookieValue: "a=b"},
		VersionedPlugins: map[int]plugin.PluginSet{1: {"greeter": greeter{}}},
		Cmd:              exec.Command(executable),
		AutoMTLS:         slices.Contains(options, "mtls"),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: logs, JSONFormat: true}),
	})
	defer client.Kill()
	connection, err := client.Client()
	must(err)
	result := outcome{Version: client.NegotiatedVersion(), Healthy: connection.Ping() == nil}
	dispensed, err := connection.Dispense("greeter")
	must(err)
	service := dispensed.(pb.GreeterClient)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()

	reply, err := service.Greet(ctx, &pb.GreetRequest{Name: "Ada"})
	must(err)
	result.Reply = reply.GetText()
	_, err = service.Greet(ctx, &pb.GreetRequest{})
	result.Refused = status.Code(err).String()
	stream, err := service.GreetEach(ctx)
	must(err)
	for _, name := range []string{"Ada", "Grace"} {
		must(stream.Send(&pb.GreetRequest{Name: name}))
		reply, err := stream.Recv()
		must(err)
		result.Streamed = append(result.Streamed, reply.GetText())
	}
	// The stream stays open: a plugin has to end all the same.
	client.Kill()
	text, err := os.ReadFile(logs.Name())
	must(err)
	result.Logs = string(text)
	result.Killed = !slices.Contains(messages(text), "plugin exited")
	must(json.NewEncoder(os.Stdout).Encode(result))
}

func messages(text []byte) []string {
	var found []string
	for line := range bytes.Lines(text) {
		var entry struct {
			Message string `json:"@message"`
		}
		if json.Unmarshal(line, &entry) == nil {
			found = append(found, entry.Message)
		}
	}
	return found
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
