package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
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

// One row of what `host` measures.
type measurement struct {
	Size       int     `json:"size"`
	RoundTrips int     `json:"roundTrips"`
	PerCallUs  float64 `json:"perCallUs"`
	// Several calls under way at once.
	Overlapping float64 `json:"overlappingPerSecond"`
}

// Runs as go-plugin's own host over a copy of this executable, and prints how fast that is.
func runHost(parameter string) {
	self, err := os.Executable()
	must(err)
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: handshake, Cmd: exec.Command(self), AutoMTLS: parameter == "mtls",
		Plugins: plugin.PluginSet{"fixture": &fixturePlugin{}}, AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger: hclog.NewNullLogger(),
	})
	defer client.Kill()
	connection, err := client.Client()
	must(err)
	dispensed, err := connection.Dispense("fixture")
	must(err)
	fixture := dispensed.(fixturepb.FixtureClient)
	for _, size := range []int{100, 64 * 1024} {
		must(json.NewEncoder(os.Stdout).Encode(measure(fixture, size)))
	}
}

func measure(fixture fixturepb.FixtureClient, size int) measurement {
	request := &fixturepb.Bytes{Data: make([]byte, size)}
	call := func() {
		_, err := fixture.Blob(context.Background(), request)
		must(err)
	}
	for range 200 {
		call()
	}
	count := 0
	began := time.Now()
	for time.Since(began) < time.Second {
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
			for time.Since(began) < time.Second {
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
