package main

import "sample-plugin/internal/cpex"

// plugin is what this process offers. The host hears of it once, when the process starts.
func plugin() *cpex.Plugin {
	p := cpex.NewPlugin()
	// cpex:each tool
	cpex.Tool(p, greetTool, onGreet)
	// cpex:end
	// cpex:each hook
	p.OnHook("before_agent_start", onBeforeAgentStart)
	// cpex:end
	// cpex:each command
	p.Command("hello", "Welcomes the user.")
	// cpex:end
	return p
}

// cpex:each tool

var greetTool = cpex.ToolInfo{
	Name:        "greet",
	Description: "Says hello to somebody.",
	Prompt:      "Say hello, with emphasis if need be.",
}

// greetArguments is what the tool "greet" takes. The host gets a JSON Schema that is made from it,
// and the handler never sees arguments that do not fit.
type greetArguments struct {
	Name string `json:"name" about:"Who is meant."`
	Loud *bool  `json:"loud" about:"With three exclamation marks."`
}

// onGreet answers the tool "greet". Long work ends when call.Context() is cancelled, and tells how it
// gets on with call.Delta(text).
func onGreet(call *cpex.ToolCall, args greetArguments) (cpex.Result, error) {
	if args.Loud != nil && *args.Loud {
		return cpex.Text("Hello, " + args.Name + "!!!"), nil
	}
	return cpex.Text("Hello, " + args.Name + "!"), nil
}

// cpex:end
// cpex:each hook

// onBeforeAgentStart answers the hook "before_agent_start": read what it is about with call.Into(&data),
// then return what is to be added, or an empty cpex.HookResult for nothing.
func onBeforeAgentStart(call *cpex.HookCall) (cpex.HookResult, error) {
	return cpex.HookResult{}, nil
}

// cpex:end
