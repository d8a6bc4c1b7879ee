// Command sample-plugin is a plugin for tau with one tool that answers with its argument. It is compiled with the SDK
// of the templates beside it.
package main

import "sample-plugin/internal/cpex"

type echoArguments struct {
	Text string `json:"text" about:"What is answered."`
}

func main() {
	plugin := cpex.NewPlugin()
	tool := cpex.ToolInfo{Name: "echo", Description: "Answers with its argument."}
	cpex.Tool(plugin, tool, func(_ *cpex.ToolCall, given echoArguments) (cpex.Result, error) {
		return cpex.Text(given.Text), nil
	})
	cpex.Run(plugin)
}
