// cpex:if command_line_plugin
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestAddsOneFlag(t *testing.T) {
	plugin := cpextest.Start(t)

	got := cpextest.Ask[cpex.CommandLineRegisterResult](plugin, "command_line.register", cpex.CommandLineRegisterRequest{})

	if len(got.Flags) != 1 || got.Flags[0].Name != helloFlag {
		t.Errorf("got %+v", got)
	}
}

func TestSaysHelloWhenAsked(t *testing.T) {
	plugin := cpextest.Start(t)

	for value, want := range map[string]string{"true": "Hello from sample-plugin\n", "false": ""} {
		flag := cpex.CommandLineFlagValue{Name: helloFlag, Type: "bool", Value: value, Set: true}
		request := cpex.CommandLineExecuteRequest{Flags: map[string]cpex.CommandLineFlagValue{helloFlag: flag}}
		got := cpextest.Ask[cpex.CommandLineExecuteResult](plugin, "command_line.execute", request)

		if string(got.Stdout) != want || got.ExitCode != 0 {
			t.Errorf("%s: got %q and exit code %d", value, got.Stdout, got.ExitCode)
		}
	}
}

// cpex:end
