package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/rpc"
	"os"
	"strings"
	"time"

	"fixture/fixturepb"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// What this process can be instead of a good plugin.
var modes map[string]func(parameter string)

func init() {
	modes = map[string]func(string){
		// Speaks one version more than the host knows.
		"bad-version": func(string) {
			set := plugin.PluginSet{"fixture": &fixturePlugin{logger: newLogger()}}
			serve(plugin.ServeConfig{VersionedPlugins: map[int]plugin.PluginSet{4: set, 7: set}})
		},
		"invalid-rpc-address": func(string) { fmt.Println("lolinvalid"); sleep() },
		"start-timeout":       func(string) { sleep() },
		// A good line and nobody who listens.
		"mock": func(string) { fmt.Println("1|1|tcp|127.0.0.1:1|grpc"); sleep() },
		// A good line, and a server that accepts and says nothing.
		"mute": func(string) {
			listener, _ := net.Listen("tcp", "127.0.0.1:0")
			fmt.Printf("1|1|tcp|%s|grpc\n", listener.Addr())
			sleep()
		},
		"closes": func(string) { os.Stdout.Close(); sleep() },
		// The line as given.
		"line": func(line string) { fmt.Println(line); sleep() },
		// No end of the line.
		"unfinished": func(string) { fmt.Print("1|1|unix|/tmp/never|grpc"); sleep() },
		"endless": func(string) {
			for {
				fmt.Print(strings.Repeat("x", 1024))
			}
		},
		"noise": func(string) { fmt.Println("loading configuration…"); serve(plugin.ServeConfig{}) },
		"exits": func(string) {
			fmt.Fprintln(os.Stderr, "FIXTURE_TOKEN is not set")
			os.Exit(1)
		},
		"panics": func(string) { panic("the configuration has no servers") },
		"stderr": func(string) { fmt.Fprint(os.Stderr, "HELLO\nWORLD\n"); serve(plugin.ServeConfig{}) },
		"stderr-json": func(string) {
			fmt.Fprint(os.Stderr, "[1, 2]\n42\n{\"a\": 1}\n{\"@level\":\"warn\",\"@message\":7}\n")
			serve(plugin.ServeConfig{})
		},
		"level-warn-text": func(string) {
			fmt.Fprint(os.Stderr, "[WARN] test line 98765\n")
			serve(plugin.ServeConfig{})
		},
		"stdin": func(string) {
			five := make([]byte, 5)
			n, err := io.ReadFull(os.Stdin, five)
			fmt.Fprintf(os.Stderr, "read %d bytes: %v\n", n, err)
			serve(plugin.ServeConfig{})
		},
		// What is deferred has to happen: the end is graceful.
		"cleanup": func(file string) {
			defer os.WriteFile(file, []byte("clean"), 0o600)
			serve(plugin.ServeConfig{})
		},
		"late-exit": func(string) { serve(plugin.ServeConfig{}); time.Sleep(time.Hour) },
		"bad-exit":  func(string) { serve(plugin.ServeConfig{}); os.Exit(3) },
		"netrpc": func(string) {
			plugin.Serve(&plugin.ServeConfig{HandshakeConfig: handshake, Plugins: plugin.PluginSet{"fixture": &netrpcPlugin{}}})
		},
		// Runs as under a debugger: the record goes to a file, no line is printed.
		"debugged": func(file string) {
			records, closed := make(chan *plugin.ReattachConfig, 1), make(chan struct{})
			go func() {
				record := <-records
				address := map[string]string{"Network": record.Addr.Network(), "String": record.Addr.String()}
				body, _ := json.Marshal(map[string]any{
					"Protocol": record.Protocol, "ProtocolVersion": record.ProtocolVersion,
					"Pid": record.Pid, "Test": record.Test, "Addr": address,
				})
				os.WriteFile(file+".new", body, 0o600)
				os.Rename(file+".new", file)
			}()
			test := &plugin.ServeTestConfig{Context: context.Background(), ReattachConfigCh: records, CloseCh: closed}
			serve(plugin.ServeConfig{Test: test})
			<-closed
		},
		"no-controller": func(string) { bare(true, true, "1|1|%s|%s|grpc") },
		"no-health":     func(string) { bare(false, true, "1|1|%s|%s|grpc") },
		"not-serving":   func(string) { bare(true, false, "1|1|%s|%s|grpc") },
		"unsupported-mux": func(string) {
			bare(true, true, "1|1|%s|%s|grpc||false")
		},
		"bad-certificate": func(string) { bare(true, true, "1|1|%s|%s|grpc|"+strings.Repeat("AAAA", 20)) },
	}
}

func sleep() { time.Sleep(time.Hour) }

// A plugin as other languages have it: a server, a line, and neither controller nor stdio.
func bare(healthy, serving bool, line string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := grpc.NewServer()
	fixturepb.RegisterFixtureServer(server, &service{logger: newLogger()})
	if healthy {
		state := grpc_health_v1.HealthCheckResponse_SERVING
		if !serving {
			state = grpc_health_v1.HealthCheckResponse_NOT_SERVING
		}
		check := health.NewServer()
		check.SetServingStatus("plugin", state)
		grpc_health_v1.RegisterHealthServer(server, check)
	}
	fmt.Printf(line+"\n", listener.Addr().Network(), listener.Addr().String())
	server.Serve(listener)
}

type netrpcPlugin struct{}

func (*netrpcPlugin) Server(*plugin.MuxBroker) (any, error)              { return &greeter{}, nil }
func (*netrpcPlugin) Client(*plugin.MuxBroker, *rpc.Client) (any, error) { return nil, nil }

type greeter struct{}

// Greet is there because net/rpc wants a method.
func (*greeter) Greet(_ string, answer *string) error {
	*answer = "hello"
	return nil
}
