// Command corpus-go-plugin is a plugin made with the real go-plugin library, good by itself but for a watch over its
// host, and broken in the way that CORPUS_DEFECT names.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

var (
	defect    = os.Getenv("CORPUS_DEFECT")
	handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "CORPUS_PLUGIN", MagicCookieValue: "corpus-v1"}
)

// The service is described by hand, so that nothing has to be generated.
var service = grpc.ServiceDesc{
	ServiceName: "corpus.v1.Corpus",
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Say", Handler: say}},
}

func say(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	words := &wrapperspb.StringValue{}
	if err := decode(words); err != nil && defect != "takes-garbage" {
		return nil, err
	} else if err != nil && defect == "takes-garbage" {
		return words, nil
	}
	return answer(ctx, words)
}

var one sync.Mutex

func answer(ctx context.Context, words *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	switch defect {
	case "unwritten":
		return nil, status.Error(codes.Unimplemented, "method Say not implemented")
	case "dies-cancelled":
		select {
		case <-ctx.Done():
			panic("corpus: the context is done")
		case <-time.After(5 * time.Second):
		}
	case "one-at-a-time":
		if !one.TryLock() {
			return nil, status.Error(codes.Internal, "corpus: busy")
		}
		defer one.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
	return words, nil
}

type corpusPlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (*corpusPlugin) GRPCServer(_ *plugin.GRPCBroker, server *grpc.Server) error {
	if defect != "unregistered" {
		server.RegisterService(&service, struct{}{})
	}
	return nil
}

func (*corpusPlugin) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

func main() {
	if before, known := starts[defect]; known {
		before()
		return
	}
	if defect == "any-cookie" {
		handshake.MagicCookieValue = os.Getenv(handshake.MagicCookieKey)
	}
	if defect == "silent-cookie" && os.Getenv(handshake.MagicCookieKey) != handshake.MagicCookieValue {
		os.Exit(1)
	}
	watch()
	serve(1)
	switch defect {
	case "outlives":
		wait()
	case "exits-late":
		os.Exit(4)
	}
}

// What happens in place of a plugin.
var starts = map[string]func(){
	"one-word":  func() { fmt.Println("ready"); wait() },
	"noise":     func() { fmt.Println("loading configuration"); serve(1) },
	"silent":    wait,
	"exits":     func() { fmt.Fprintln(os.Stderr, "CORPUS_TOKEN is not set"); os.Exit(1) },
	"netrpc":    func() { fmt.Println("1|1|unix|/tmp/corpus"); wait() },
	"nobody":    func() { fmt.Println("1|1|tcp|127.0.0.1:1|grpc"); wait() },
	"nowhere":   func() { fmt.Println("1|1|pipe|corpus|grpc"); wait() },
	"version":   func() { serve(2) },
	"bare":      func() { bare(true, "127.0.0.1:0") },
	"unhealthy": func() { bare(false, "127.0.0.1:0") },
	"port":      func() { bare(true, "127.0.0.1:47613") },
	"leaves":    leaveSocket,
	"elsewhere": func() { os.Unsetenv("PLUGIN_UNIX_SOCKET_DIR"); watch(); serve(1) },
	"interrupt": func() { watch(); go interrupted(); serve(1) },
	"clear":     func() { os.Unsetenv("PLUGIN_CLIENT_CERT"); watch(); serve(1) },
	"orphan":    func() { serve(1) },
}

// wait is longer than any host does.
func wait() { time.Sleep(time.Hour) }

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

func serve(version int) {
	set := plugin.PluginSet{"corpus": &corpusPlugin{}}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]plugin.PluginSet{version: set},
		GRPCServer:       server,
		Logger:           hclog.New(&hclog.LoggerOptions{Name: "corpus", Output: os.Stderr, JSONFormat: true}),
	})
}

func server(options []grpc.ServerOption) *grpc.Server {
	if defect == "answers-all" {
		options = append(options, grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
			return stream.SendMsg(&wrapperspb.StringValue{})
		}))
	}
	return grpc.NewServer(options...)
}

// bare is a plugin as other languages have it: a server and a line, and neither controller nor stdio.
func bare(healthy bool, address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := grpc.NewServer()
	server.RegisterService(&service, struct{}{})
	if healthy {
		check := health.NewServer()
		check.SetServingStatus("plugin", grpc_health_v1.HealthCheckResponse_SERVING)
		grpc_health_v1.RegisterHealthServer(server, check)
	}
	fmt.Printf("1|1|tcp|%s|grpc\n", listener.Addr())
	server.Serve(listener)
}

// leaveSocket serves in order and puts a socket of its own beside the one that the library removes.
func leaveSocket() {
	watch()
	folder := os.Getenv("TMPDIR")
	if os.Getenv("PLUGIN_UNIX_SOCKET_DIR") != "" {
		serve(1)
		return
	}
	listener, err := net.Listen("unix", strings.TrimRight(folder, "/")+"/corpus.sock")
	if err != nil {
		panic(err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	serve(1)
}
