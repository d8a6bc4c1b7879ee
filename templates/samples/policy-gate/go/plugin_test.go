package main

import (
	"encoding/json"
	"errors"
	"strings"
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

func TestDeniesByTheFirstRuleThatMatches(t *testing.T) {
	cpextest.EachCodec(t, func(t *testing.T, host *cpextest.Host) {
		plugin := cpextest.StartWith(t, host, map[string]any{"rules": []any{
			map[string]any{"effect": "allow", "tool": "shell", "role": "admin"},
			map[string]any{"effect": "deny", "tool": "sh*"},
			map[string]any{"effect": "deny", "label": "secret", "reason": "secrets stay here"},
		}})
		request := cpex.HookInvokeRequest{Hook: cpex.HookToolPreInvoke, Payload: json.RawMessage(`{"name":"shell","args":{}}`)}

		denied := plugin.Invoke(request)
		request.Extensions.Security = &cpex.SecurityExtension{Subject: &cpex.Subject{ID: "ada", Roles: []string{"admin"}}}
		allowed := plugin.Invoke(request)
		request.Payload = json.RawMessage(`{"name":"read","args":{}}`)
		request.Extensions.Security.Labels = []string{"secret"}
		secret := plugin.Invoke(request)

		if v := denied.Violation; v == nil || v.Code != "policy_denied" || v.Reason != "denied by rule 2" ||
			v.Details["rule"] != json.Number("2") || v.Details["tool"] != "shell" {
			t.Errorf("violation %+v", v)
		}
		if !allowed.ContinueProcessing {
			t.Errorf("an admin was denied: %+v", allowed.Violation)
		}
		if v := secret.Violation; v == nil || v.Reason != "secrets stay here" {
			t.Errorf("violation %+v", v)
		}
	})
}

func TestDeniesMessagesAndResources(t *testing.T) {
	plugin := cpextest.StartWith(t, cpextest.NewHost(), map[string]any{
		"default": "deny",
		"rules":   []any{map[string]any{"effect": "allow", "tool": "search"}},
	})
	call := func(name string) cpex.ContentPart {
		return cpex.NewToolCallPart(cpex.ToolCall{ToolCallID: "c", Name: name})
	}
	message := func(parts ...cpex.ContentPart) cpex.MessagePayload {
		return cpex.MessagePayload{Message: cpex.Message{SchemaVersion: "2.0", Role: cpex.MessageRoleAssistant, Content: parts}}
	}

	for name, row := range map[string]struct {
		hook    string
		payload any
		allowed bool
	}{
		"no tool call":      {cpex.HookCmfToolPreInvoke, message(cpex.NewTextPart("shell")), true},
		"an allowed call":   {cpex.HookCmfToolPreInvoke, message(call("search")), true},
		"one of two denied": {cpex.HookCmfToolPreInvoke, message(call("search"), call("shell")), false},
		"a resource":        {cpex.HookResourcePreFetch, `{"uri":"file:///etc/passwd"}`, false},
	} {
		if got := plugin.Hook(row.hook, row.payload); got.ContinueProcessing != row.allowed {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestRefusesBadConfigurations(t *testing.T) {
	rule := func(members map[string]any) map[string]any { return map[string]any{"rules": []any{members}} }
	for name, config := range map[string]map[string]any{
		"an unknown effect":     rule(map[string]any{"effect": "hunter2"}),
		"no effect":             rule(map[string]any{"tool": "hunter2"}),
		"a number as a pattern": rule(map[string]any{"effect": "deny", "tool": 4711}),
		"an unknown key":        rule(map[string]any{"effect": "deny", "tools": "hunter2"}),
		"an unknown default":    {"default": "hunter2"},
	} {
		err := cpextest.TryConfig(t, config)
		var refused *cpex.Error
		if !errors.As(err, &refused) || refused.Code != "invalid_config" || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "4711") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, row := range []struct {
		pattern, text string
		fits          bool
	}{
		{"", "", true}, {"", "a", false}, {"a", "a", true}, {"a", "ab", false}, {"a", "ba", false},
		{"*", "", true}, {"*", "a.b", true}, {"a*", "a", true}, {"a*", "ba", false}, {"*a", "ba", true}, {"*a", "ab", false},
		{"a*b*c", "axbxc", true}, {"a*b*c", "abcbc", true}, {"a*b*c", "acb", false}, {"*dr**op*", "drop", true},
		{"ab*ba", "aba", false}, {"db?", "dbx", false}, {"[d]b", "db", false}, {"日*語", "日本語", true},
	} {
		if got := glob(row.pattern, row.text); got != row.fits {
			t.Errorf("glob(%q, %q) is %v", row.pattern, row.text, got)
		}
	}
}
