package main

import "sample-plugin/internal/cpex"

func init() {
	// cpex:each hook
	cpex.OnToolPreInvoke(onToolPreInvoke)
	// cpex:end
	// cpex:each command
	cpex.Command(greetCommand, onGreet)
	// cpex:end
}

// cpex:each hook

// onToolPreInvoke answers the hook "tool_pre_invoke": look at the payload, then return
// cpex.Allow(), cpex.Deny(code, reason) or cpex.Modify(payload).
func onToolPreInvoke(ctx *cpex.HookCall, payload *cpex.ToolPreInvoke) (cpex.Verdict, error) {
	ctx.Log().Info("allowed", "hook", ctx.Hook)
	return cpex.Allow(), nil
}

// cpex:end
// cpex:each command

var greetCommand = cpex.CommandSpec{Verb: "greet", About: "Says hello."}

// onGreet runs the command "greet". Declare what it takes in Args above, for example
// cpex.Option("name", cpex.ValueTypeString, "Who is meant."), and read it with ctx.String("name").
func onGreet(ctx *cpex.CommandCall) (cpex.Exit, error) {
	if err := ctx.Println("Hello from sample-plugin"); err != nil {
		return cpex.Exit{}, err
	}
	return cpex.Success(), nil
}

// cpex:end
