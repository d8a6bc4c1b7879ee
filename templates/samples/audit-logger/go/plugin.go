package main

import (
	"bytes"
	"fmt"
	"strings"

	"sample-plugin/internal/cpex"
)

// prefix is that of the keys of counts; the name of the hook follows.
const prefix = "count:"

var counted counters

func init() {
	cpex.OnConfigure(func(ctx *cpex.Call) error { return ctx.ConfigStrict(&struct{}{}) })
	// The library stays loaded; the next host may have another store.
	cpex.OnShutdown(func(*cpex.Call) error { counted.forget(); return nil })
	cpex.OnToolPreInvoke(func(ctx *cpex.HookCall, payload *cpex.ToolPreInvoke) (cpex.Verdict, error) {
		return record(ctx, payload.Name)
	})
	cpex.OnToolPostInvoke(func(ctx *cpex.HookCall, payload *cpex.ToolPostInvoke) (cpex.Verdict, error) {
		return record(ctx, payload.Name)
	})
	cpex.OnResourcePreFetch(func(ctx *cpex.HookCall, payload *cpex.ResourcePreFetch) (cpex.Verdict, error) {
		return record(ctx, payload.URI)
	})
	cpex.OnCmfLlmInput(func(ctx *cpex.HookCall, _ *cpex.CmfLlmInput) (cpex.Verdict, error) {
		return record(ctx, "")
	})
	cpex.OnCmfLlmOutput(func(ctx *cpex.HookCall, _ *cpex.CmfLlmOutput) (cpex.Verdict, error) {
		return record(ctx, "")
	})
	cpex.Command(auditCommand, onAudit)
}

// record counts a call of a hook and reports it, without what is in it. The
// entity is the tool or resource that it is about; empty for messages.
func record(ctx *cpex.HookCall, entity string) (cpex.Verdict, error) {
	sequence, err := counted.next(ctx.Host().KV(cpex.KvScopePlugin), prefix+ctx.Hook)
	if err != nil {
		return cpex.Verdict{}, err
	}
	data := map[string]any{"hook": ctx.Hook, "request_id": ctx.RequestID, "sequence": sequence}
	if entity != "" {
		data["entity"] = entity
	}
	// What the host does not grant the plugin to see is not there.
	if security := ctx.Extensions.Security; security != nil {
		if security.Subject != nil {
			data["subject"] = security.Subject.ID
		}
		if security.Labels != nil {
			data["labels"] = security.Labels
		}
	}
	if err := ctx.Host().EventEmit(cpex.EventEmitRequest{Name: "audit", Data: data}); err != nil {
		return cpex.Verdict{}, err
	}
	return cpex.Allow(), nil
}

var auditCommand = cpex.CommandSpec{
	Verb:  "audit",
	About: "Tells what was counted.",
	Subcommands: []cpex.CommandSpec{{
		Verb:  "show",
		About: "Shows how often each hook was called.",
		Args:  []cpex.ArgSpec{cpex.Option("hook", cpex.ValueTypeString, "Show this hook only.")},
	}},
}

// onAudit runs "audit show".
func onAudit(ctx *cpex.CommandCall) (cpex.Exit, error) {
	if len(ctx.Path) < 2 {
		return cpex.Failure(2, "say what to do: audit show"), nil
	}
	store := ctx.Host().KV(cpex.KvScopePlugin)
	keys, err := store.List(prefix)
	if err != nil {
		return cpex.Exit{}, err
	}
	var out bytes.Buffer
	for _, key := range keys {
		hook := strings.TrimPrefix(key, prefix)
		if ctx.Given("hook") && hook != ctx.String("hook") {
			continue
		}
		value, err := readCount(store, key)
		if err != nil {
			return cpex.Exit{}, err
		}
		fmt.Fprintf(&out, "%s\t%d\n", hook, value)
	}
	_, err = out.WriteTo(ctx.Stdout())
	return cpex.Success(), err
}
