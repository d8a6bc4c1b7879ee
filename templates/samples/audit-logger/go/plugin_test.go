package main

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
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

func TestCountsAndReportsWithoutContents(t *testing.T) {
	cpextest.EachCodec(t, func(t *testing.T, host *cpextest.Host) {
		host.Store(cpex.KvScopePlugin, "count:tool_pre_invoke", []byte("41"))
		plugin := cpextest.StartWith(t, host, nil)
		request := cpex.HookInvokeRequest{
			Hook:    cpex.HookToolPreInvoke,
			Payload: json.RawMessage(`{"name":"search","args":{"query":"secret words"}}`),
			Context: cpex.HookContext{RequestID: "r-1"},
			Extensions: cpex.Extensions{Security: &cpex.SecurityExtension{
				Labels: []string{"pii"}, Subject: &cpex.Subject{ID: "ada"},
			}},
		}

		verdict := plugin.Invoke(request)

		if !verdict.ContinueProcessing || verdict.ModifiedPayload != nil {
			t.Errorf("verdict %+v", verdict)
		}
		want := map[string]any{
			"hook": "tool_pre_invoke", "request_id": "r-1", "sequence": json.Number("42"),
			"entity": "search", "subject": "ada", "labels": []any{"pii"},
		}
		if events := plugin.Events(); len(events) != 1 || events[0].Name != "audit" || !reflect.DeepEqual(events[0].Data, want) {
			t.Errorf("events %v, want %v", events, want)
		}
		if stored, _ := plugin.Stored(cpex.KvScopePlugin, "count:tool_pre_invoke"); string(stored) != "42" {
			t.Errorf("stored %q", stored)
		}
	})
}

func TestCountsEveryHookFromManyThreads(t *testing.T) {
	plugin := cpextest.StartWith(t, cpextest.NewHost(), nil)
	hooks := []string{
		cpex.HookToolPreInvoke, cpex.HookToolPostInvoke, cpex.HookResourcePreFetch, cpex.HookCmfLlmInput, cpex.HookCmfLlmOutput,
	}
	const threads, calls = 8, 25

	var group sync.WaitGroup
	for i := 0; i < threads; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for k := 0; k < calls; k++ {
				for _, hook := range hooks {
					if _, err := plugin.TryHook(hook, cpextest.Sample(hook)); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	group.Wait()
	plugin.Command(nil, "audit", "show")

	want := "cmf.llm_input\t200\ncmf.llm_output\t200\nresource_pre_fetch\t200\ntool_post_invoke\t200\ntool_pre_invoke\t200\n"
	if got := plugin.Stdout(); got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
	seen := map[string]bool{}
	for _, event := range plugin.Events() {
		name := event.Data["hook"].(string) + string(event.Data["sequence"].(json.Number))
		if seen[name] {
			t.Errorf("%s was given out twice", name)
		}
		seen[name] = true
	}
}

func TestShowsOneHook(t *testing.T) {
	host := cpextest.NewHost()
	host.Store(cpex.KvScopePlugin, "count:tool_pre_invoke", []byte("12"))
	host.Store(cpex.KvScopePlugin, "count:elicit", []byte("3"))
	plugin := cpextest.StartWith(t, host, nil)

	plugin.Command(map[string]any{"hook": "tool_pre_invoke"}, "audit", "show")

	if got := plugin.Stdout(); got != "tool_pre_invoke\t12\n" {
		t.Errorf("stdout %q", got)
	}
	if exit := plugin.Command(nil, "audit"); exit.ExitCode != 2 {
		t.Errorf("exit code %d without a subcommand", exit.ExitCode)
	}
}

func TestRefusesWhatIsNoCount(t *testing.T) {
	host := cpextest.NewHost()
	host.Store(cpex.KvScopePlugin, "count:elicit", []byte("many"))
	plugin := cpextest.StartWith(t, host, nil)

	_, err := plugin.TryCommand(nil, "audit", "show")

	var refused *cpex.Error
	if !errors.As(err, &refused) || refused.Code != "bad_count" {
		t.Errorf("error %v", err)
	}
}

func TestRefusesBadConfigurations(t *testing.T) {
	err := cpextest.TryConfig(t, map[string]any{"level": "hunter2"})

	if err == nil || !strings.HasPrefix(err.Error(), "invalid_config: ") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}
