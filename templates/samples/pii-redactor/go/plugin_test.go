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

func TestRedactsArguments(t *testing.T) {
	cpextest.EachCodec(t, func(t *testing.T, host *cpextest.Host) {
		plugin := cpextest.StartWith(t, host, nil)

		verdict := plugin.Hook(cpex.HookToolPreInvoke, `{"name":"mail","args":{"to":["ada@example.org"],"id":18446744073709551615}}`)

		want := `{"name":"mail","args":{"id":18446744073709551615,"to":["[EMAIL]"]}}`
		if got := string(verdict.ModifiedPayload); got != want {
			t.Errorf("payload %s, want %s", got, want)
		}
		if logs := plugin.Logs(); len(logs) != 1 || logs[0].Message != "redacted" || logs[0].Fields["email"] != json.Number("1") {
			t.Errorf("logged %v", logs)
		}
	})
}

func TestLeavesWhatIsCleanAlone(t *testing.T) {
	plugin := cpextest.Start(t)

	for _, hook := range []string{cpex.HookToolPreInvoke, cpex.HookToolPostInvoke, cpex.HookCmfLlmInput, cpex.HookCmfLlmOutput} {
		verdict := plugin.Hook(hook, cpextest.Sample(hook))
		if !verdict.ContinueProcessing || verdict.ModifiedPayload != nil || verdict.Metadata != nil {
			t.Errorf("%s: %+v", hook, verdict)
		}
	}
	if logs := plugin.Logs(); len(logs) != 0 {
		t.Errorf("logged %v", logs)
	}
}

func TestRedactsPartsAndKeepsBytes(t *testing.T) {
	cpextest.EachCodec(t, func(t *testing.T, host *cpextest.Host) {
		plugin := cpextest.StartWith(t, host, nil)
		mail := "ada@example.org"
		payload := cpex.MessagePayload{Message: cpex.Message{
			SchemaVersion: "2.0",
			Role:          cpex.MessageRoleUser,
			Content: []cpex.ContentPart{
				cpex.NewTextPart(mail),
				cpex.NewResourcePart(cpex.Resource{
					ResourceRequestID: "r", URI: mail, ResourceType: cpex.ResourceTypeBlob, Content: &mail, Blob: []byte(mail),
				}),
				{Other: json.RawMessage(`{"content_type":"hologram","text":"ada@example.org"}`)},
			},
		}}

		verdict := plugin.Hook(cpex.HookCmfLlmInput, payload)

		var redacted cpex.MessagePayload
		if err := json.Unmarshal(verdict.ModifiedPayload, &redacted); err != nil {
			t.Fatal(err)
		}
		parts := redacted.Message.Content
		resource := parts[1].Resource.Content
		if parts[0].Text.Text != "[EMAIL]" || *resource.Content != "[EMAIL]" || resource.URI != mail || string(resource.Blob) != mail {
			t.Errorf("payload %s", verdict.ModifiedPayload)
		}
		if !strings.Contains(string(parts[2].Other), mail) {
			t.Errorf("the unknown part became %s", parts[2].Other)
		}
	})
}

func TestRefusesBadConfigurations(t *testing.T) {
	for name, config := range map[string]map[string]any{
		"an unknown kind":       {"kinds": []string{"hunter2"}},
		"kinds that are a text": {"kinds": "hunter2"},
		"an empty label":        {"label": ""},
		"an unknown key":        {"kind": "hunter2"},
	} {
		err := cpextest.TryConfig(t, config)
		var refused *cpex.Error
		if !errors.As(err, &refused) || refused.Code != "invalid_config" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
