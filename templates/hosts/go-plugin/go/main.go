// Command sample-plugin is a plugin of go-plugin: the host starts it. By hand, use `cpex run`.
package main

import (
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/pb"
)

func main() {
	cpex.Serve(register)
}

// register puts the services of this plugin on the server. The broker opens further
// connections to the host; it is nil in unit tests.
func register(server grpc.ServiceRegistrar, _ *plugin.GRPCBroker) {
	pb.RegisterGreeterServer(server, &service{})
}
