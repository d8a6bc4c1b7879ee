// Command corpus-console is a plugin for Console made with the real go-plugin library, with the seam that CORPUS_SEAM
// names or all of them, good by itself, and broken in the way that CORPUS_DEFECT names.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

var (
	defect = os.Getenv("CORPUS_DEFECT")
	seam   = os.Getenv("CORPUS_SEAM")
	kept   = &store{tables: map[string]map[string]*dynamicpb.Message{"Flag": {}, "Component": {}, "Check": {}}}
)

// What serves each seam.
var seams = map[string]string{
	"store": "StoreService", "notifier": "NotifierService", "status_provider": "StatusProviderService", "llm": "LLMService",
}

type consolePlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (*consolePlugin) GRPCServer(_ *plugin.GRPCBroker, server *grpc.Server) error {
	if defect == "no-seam" {
		server.RegisterService(describe("OtherService"), struct{}{})
		return nil
	}
	for word, service := range seams {
		if seam == "" || seam == word {
			server.RegisterService(describe(service), struct{}{})
		}
	}
	return nil
}

func (*consolePlugin) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

func describe(service string) *grpc.ServiceDesc {
	made := &grpc.ServiceDesc{ServiceName: pkg + "." + service, HandlerType: (*any)(nil), Metadata: "console.proto"}
	for _, words := range services[service] {
		parts := strings.Fields(words)
		made.Methods = append(made.Methods, grpc.MethodDesc{MethodName: parts[0], Handler: handler(service, parts)})
	}
	return made
}

func handler(service string, words []string) func(any, context.Context, func(any) error, grpc.UnaryServerInterceptor) (any, error) {
	of := func(name string) *dynamicpb.Message {
		return dynamicpb.NewMessage(contract.Messages().ByName(protoreflect.Name(name)))
	}
	return func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		request, answer := of(words[1]), of(words[2])
		if err := decode(request); err != nil {
			return nil, err
		}
		return answer, call(service, words[0], request, answer)
	}
}

func call(service, method string, request, answer *dynamicpb.Message) error {
	switch {
	case service == "StoreService":
		return kept.call(method, request, answer)
	case method == "Name":
		return name(answer)
	case method == "Notify":
		return notify(request)
	case method == "Check":
		return check(request, answer)
	case method == "Complete":
		return complete(request, answer)
	case service == "OtherService":
		return nil
	}
	return status.Error(codes.Unimplemented, method)
}

func main() {
	watch()
	if defect == "undescribed" {
		bare()
		return
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: 1, MagicCookieKey: "CONSOLE_PLUGIN", MagicCookieValue: "console-plugin-v1",
		},
		Plugins:    plugin.PluginSet{"corpus": &consolePlugin{}},
		GRPCServer: plugin.DefaultGRPCServer,
		Logger:     hclog.New(&hclog.LoggerOptions{Name: "corpus", Output: os.Stderr, JSONFormat: true}),
	})
}

// The library does not end a plugin whose host is gone.
func watch() {
	parent := os.Getppid()
	go func() {
		for os.Getppid() == parent {
			time.Sleep(200 * time.Millisecond)
		}
		os.Exit(1)
	}()
}

// bare is a plugin that does not say what it serves: the library would by itself.
func bare() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer()
	healthy := health.NewServer()
	healthy.SetServingStatus("plugin", grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(server, healthy)
	if err := (&consolePlugin{}).GRPCServer(nil, server); err != nil {
		panic(err)
	}
	fmt.Printf("1|1|tcp|%s|grpc\n", listener.Addr())
	if err := server.Serve(listener); err != nil {
		panic(err)
	}
}
