package main

import (
	// cpex:if step
	"fmt"

	// cpex:end
	"sample-plugin/internal/cpex"
)

func init() {
	// cpex:each hook
	cpex.OnToolPreInvoke(onToolPreInvoke)
	// cpex:end
	// cpex:each command
	cpex.Command(greetCommand, onGreet)
	// cpex:end
	// cpex:each step
	cpex.OnStep(shellRunner, executeShell)
	// cpex:end
	// cpex:each lifecycle
	cpex.OnBeforeBuildStart(onBeforeBuildStart)
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
// cpex:each step

var shellRunner = cpex.StepRunner{Runner: "shell"}

// executeShell executes a step for the runner "shell". Read what it is to do with ctx.Args, and the
// sources from ctx.Workspace; end long work when ctx.Context() is cancelled.
func executeShell(ctx *cpex.StepCall, request *cpex.StepRequest) (cpex.StepResult, error) {
	if _, err := fmt.Fprintf(ctx.Stdout(), "running %s\n", request.Step.Key); err != nil {
		return cpex.StepResult{}, err
	}
	return cpex.StepExit(0), nil
}

// cpex:end
// cpex:each lifecycle

// onBeforeBuildStart hears of the event "before_build_start": return cpex.Continue(), or before
// something happens also cpex.Abort(reason), which ends the build.
func onBeforeBuildStart(ctx *cpex.EventCall, event *cpex.BeforeBuildStart) (cpex.Reaction, error) {
	ctx.Log().Info("heard of before_build_start", "build", event.BuildID)
	return cpex.Continue(), nil
}

// cpex:end
