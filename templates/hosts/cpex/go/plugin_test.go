package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestRegisters(t *testing.T) {
	plugin := cpextest.Start(t)

	if got := plugin.Registration().Metadata.ID; got != cpex.PluginID {
		t.Errorf("registered as %q, want %q", got, cpex.PluginID)
	}
}

// cpex:each hook

func TestToolPreInvokeAllows(t *testing.T) {
	plugin := cpextest.Start(t)

	verdict := plugin.Hook(cpex.HookToolPreInvoke, cpextest.Sample(cpex.HookToolPreInvoke))

	if !verdict.ContinueProcessing {
		t.Errorf("denied: %+v", verdict.Violation)
	}
	if len(plugin.Logs()) != 1 {
		t.Errorf("logged %d lines, want 1", len(plugin.Logs()))
	}
}

// cpex:end
// cpex:each command

func TestGreetSaysHello(t *testing.T) {
	plugin := cpextest.Start(t)

	exit := plugin.Command(nil, "greet")

	if exit.ExitCode != 0 {
		t.Errorf("exit code %d, want 0", exit.ExitCode)
	}
	if got, want := plugin.Stdout(), "Hello from sample-plugin\n"; got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
}

// cpex:end
// cpex:each step

func TestShellSucceeds(t *testing.T) {
	plugin := cpextest.Start(t)

	result := plugin.Step(cpex.StepRequest{Step: cpex.Step{Runner: "shell"}})

	if result.ExitCode != 0 {
		t.Errorf("exit code %d, want 0", result.ExitCode)
	}
	if got, want := plugin.Stdout(), "running step\n"; got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
}

// cpex:end
// cpex:each lifecycle

func TestBeforeBuildStartContinues(t *testing.T) {
	plugin := cpextest.Start(t)

	reaction := plugin.Event("before_build_start", cpextest.SampleEvent("before_build_start"))

	if reaction.Outcome != cpex.LifecycleEventOutcomeContinue {
		t.Errorf("the build was aborted: %v", reaction.Reason)
	}
	if len(plugin.Logs()) != 1 {
		t.Errorf("logged %d lines, want 1", len(plugin.Logs()))
	}
}

// cpex:end
