package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestRegisters(t *testing.T) {
	host := cpextest.Start(t, plugin())

	if got := host.Registration().Name; got != cpex.PluginID {
		t.Errorf("registered as %q, want %q", got, cpex.PluginID)
	}
}

// cpex:each tool

func TestGreetAnswers(t *testing.T) {
	host := cpextest.Start(t, plugin())

	result := host.Tool("greet", `{"name":"you","loud":true}`)

	if result.IsError || result.Text() != "Hello, you!!!" {
		t.Errorf("answered %+v, want Hello, you!!!", result)
	}
}

func TestGreetNamesAnArgumentThatDoesNotFit(t *testing.T) {
	host := cpextest.Start(t, plugin())

	result := host.Tool("greet", `{"name":7}`)

	if got, want := result.Text(), "arguments.name is not a string"; !result.IsError || got != want {
		t.Errorf("answered %q, want the error %q", got, want)
	}
}

// cpex:end
// cpex:each hook

func TestBeforeAgentStartAddsNothing(t *testing.T) {
	host := cpextest.Start(t, plugin())

	result := host.Hook("before_agent_start", `{}`)

	if result != (cpex.HookResult{}) {
		t.Errorf("answered %+v, want nothing", result)
	}
}

// cpex:end
// cpex:each command

func TestHelloIsACommand(t *testing.T) {
	host := cpextest.Start(t, plugin())

	if !host.HasCommand("hello") {
		t.Errorf("registered %+v", host.Registration().Commands)
	}
}

// cpex:end
