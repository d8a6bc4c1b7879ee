// Command sample-plugin is a plugin for Console, which starts it. By hand, use `cpex run`.
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

// register puts the seams of this plugin on the server. Console opens no further
// connections, so the broker has nothing to do.
func register(server grpc.ServiceRegistrar, _ *plugin.GRPCBroker) {
	// cpex:if store
	pb.RegisterStoreServiceServer(server, newStore())
	// cpex:end
	// cpex:if notifier
	pb.RegisterNotifierServiceServer(server, &notifier{})
	// cpex:end
	// cpex:if status_provider
	pb.RegisterStatusProviderServiceServer(server, &statusProvider{})
	// cpex:end
	// cpex:if llm
	pb.RegisterLLMServiceServer(server, &llm{})
	// cpex:end
}
