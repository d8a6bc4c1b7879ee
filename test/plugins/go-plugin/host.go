package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"fixture/fixturepb"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// GRPCClient makes this file's host able to call what service.go serves.
func (p *fixturePlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, connection *grpc.ClientConn) (any, error) {
	return fixturepb.NewFixtureClient(connection), nil
}

// What `host` measures.
type measurement struct {
	Size       int     `json:"size"`
	RoundTrips int     `json:"roundTrips"`
	PerCallUs  float64 `json:"perCallUs"`
	// Several calls under way at once.
	Overlapping float64 `json:"overlappingPerSecond"`
}

// Runs as go-plugin's own host over a copy of this executable, and prints how fast that is. The parameter is `plain` or
// `mtls`, the milliseconds that each figure may take, and the bytes of a request, with colons between them.
func runHost(parameter string) {
	words := strings.Split(parameter+"::", ":")
	kind := words[0]
	span, err := time.ParseDuration(words[1] + "ms")
	must(err)
	size, err := strconv.Atoi(words[2])
	must(err)
	self, err := os.Executable()
	must(err)
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: handshake, Cmd: exec.Command(self), AutoMTLS: kind == "mtls",
		Plugins: plugin.PluginSet{"fixture": &fixturePlugin{}}, AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger: hclog.NewNullLogger(),
	})
	defer client.Kill()
	connection, err := client.Client()
	must(err)
	dispensed, err := connection.Dispense("fixture")
	must(err)
	fixture := dispensed.(fixturepb.FixtureClient)
	must(json.NewEncoder(os.Stdout).Encode(measure(fixture, size, span)))
}

func measure(fixture fixturepb.FixtureClient, size int, span time.Duration) measurement {
	request := &fixturepb.Bytes{Data: make([]byte, size)}
	call := func() {
		_, err := fixture.Blob(context.Background(), request)
		must(err)
	}
	for range 20 {
		call()
	}
	count := 0
	began := time.Now()
	for time.Since(began) < span {
		call()
		count++
	}
	result := measurement{Size: size, RoundTrips: count, PerCallUs: float64(time.Since(began).Microseconds()) / float64(count)}
	const workers = 16
	done := make(chan int, workers)
	began = time.Now()
	for range workers {
		go func() {
			own := 0
			for time.Since(began) < span {
				call()
				own++
			}
			done <- own
		}()
	}
	total := 0
	for range workers {
		total += <-done
	}
	result.Overlapping = float64(total) / time.Since(began).Seconds()
	return result
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
