// A plugin made with the real go-plugin library, and broken ones beside it. The first argument, or the variable
// FIXTURE_MODE, says which one this process is to be; without either it is a good one.
package main

import (
	"fmt"
	"os"
	"strings"

	"fixture/fixturepb"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

var handshake = plugin.HandshakeConfig{
	ProtocolVersion:  1,
	MagicCookieKey:   "FIXTURE_PLUGIN",
	MagicCookieValue: "fixture-plugin-v1",
}

// The glue between go-plugin and the service.
type fixturePlugin struct {
	plugin.NetRPCUnsupportedPlugin
	logger hclog.Logger
}

func (p *fixturePlugin) GRPCServer(broker *plugin.GRPCBroker, server *grpc.Server) error {
	fixturepb.RegisterFixtureServer(server, &service{broker: broker, logger: p.logger, stop: server.Stop})
	return nil
}

func mode() string {
	if len(os.Args) > 1 {
		return os.Args[1]
	}
	return os.Getenv("FIXTURE_MODE")
}

func main() {
	name, parameter, _ := strings.Cut(mode(), "=")
	if name == "host" {
		runHost(parameter)
		return
	}
	if broken, known := modes[name]; known {
		broken(parameter)
		return
	}
	if name != "" && name != "grpc" {
		fmt.Fprintf(os.Stderr, "there is no mode %q\n", name)
		os.Exit(64)
	}
	serve(plugin.ServeConfig{})
}

func newLogger() hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Name: "fixture", Level: hclog.Trace, Output: os.Stderr, JSONFormat: true})
}

// Serves the good plugin under what the configuration sets.
func serve(config plugin.ServeConfig) {
	logger := newLogger()
	set := plugin.PluginSet{"fixture": &fixturePlugin{logger: logger}}
	if config.HandshakeConfig.MagicCookieKey == "" {
		config.HandshakeConfig = handshake
	}
	if config.VersionedPlugins == nil {
		config.VersionedPlugins = map[int]plugin.PluginSet{1: set, 3: set}
	}
	config.GRPCServer = func(options []grpc.ServerOption) *grpc.Server {
		return grpc.NewServer(append(options, grpc.MaxRecvMsgSize(1<<30))...)
	}
	config.Logger = logger
	plugin.Serve(&config)
}
