// cpex:if command_line_plugin
package main

import "sample-plugin/internal/cpex"

const helloFlag = "sample-plugin-hello"

type commandLinePlugin struct{}

// Register names the flags that the host's command line gets.
func (commandLinePlugin) Register(ctx *cpex.Call, request *cpex.CommandLineRegisterRequest) (cpex.CommandLineRegisterResult, error) {
	hello := cpex.CommandLineFlag{Name: helloFlag, Usage: "Say hello and end.", Type: "bool"}
	return cpex.CommandLineRegisterResult{Flags: []cpex.CommandLineFlag{hello}}, nil
}

// Execute runs when one of the flags is given.
func (commandLinePlugin) Execute(ctx *cpex.Call, request *cpex.CommandLineExecuteRequest) (cpex.CommandLineExecuteResult, error) {
	if request.Flags[helloFlag].Value != "true" {
		return cpex.CommandLineExecuteResult{}, nil
	}
	return cpex.CommandLineExecuteResult{Stdout: []byte("Hello from sample-plugin\n")}, nil
}

// cpex:end
