package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"sample-plugin/internal/cpex"
)

func init() {
	cpex.OnConfigure(func(ctx *cpex.Call) error {
		_, err := readSettings(ctx)
		return err
	})
	cpex.OnToolPreInvoke(onToolPreInvoke)
	cpex.OnToolPostInvoke(onToolPostInvoke)
	cpex.OnCmfLlmInput(onMessage)
	cpex.OnCmfLlmOutput(onMessage)
}

// settings is the configuration.
type settings struct {
	// Kinds is what to look for; nil is everything.
	Kinds *[]string `json:"kinds"`
	// Replacement stands in place of a find; "{kind}" in it becomes the kind.
	Replacement *string `json:"replacement"`
	// Label is the security label of what was redacted.
	Label *string `json:"label"`
}

func readSettings(ctx *cpex.Call) (*settings, error) {
	var read settings
	if err := ctx.ConfigStrict(&read); err != nil {
		return nil, err
	}
	if read.Kinds != nil {
		for i, kind := range *read.Kinds {
			if !isKind(kind) {
				return nil, cpex.Errorf("invalid_config", "kinds[%d] is none of %s", i, kindNames())
			}
		}
	}
	if read.Label != nil && *read.Label == "" {
		return nil, cpex.Errorf("invalid_config", "label is empty")
	}
	return &read, nil
}

// redactor puts the replacement in place of what it finds, and counts.
func (s *settings) redactor() *redactor {
	template := "[{kind}]"
	if s.Replacement != nil {
		template = *s.Replacement
	}
	r := &redactor{found: map[string]int{}}
	for _, kind := range kinds {
		if s.wants(kind.name) {
			replacement := strings.ReplaceAll(template, "{kind}", strings.ToUpper(kind.name))
			r.searches = append(r.searches, search{kind: kind, replacement: replacement})
		}
	}
	return r
}

func (s *settings) wants(kind string) bool {
	if s.Kinds == nil {
		return true
	}
	for _, wanted := range *s.Kinds {
		if wanted == kind {
			return true
		}
	}
	return false
}

// onToolPreInvoke redacts the arguments of a tool.
func onToolPreInvoke(ctx *cpex.HookCall, payload *cpex.ToolPreInvoke) (cpex.Verdict, error) {
	return answer(ctx, payload, func(r *redactor) error {
		r.members(payload.Args)
		return nil
	})
}

// onToolPostInvoke redacts the result of a tool.
func onToolPostInvoke(ctx *cpex.HookCall, payload *cpex.ToolPostInvoke) (cpex.Verdict, error) {
	return answer(ctx, payload, func(r *redactor) error { return r.raw(&payload.Result) })
}

// onMessage redacts what goes into a model and what comes out of it.
func onMessage(ctx *cpex.HookCall, payload *cpex.MessagePayload) (cpex.Verdict, error) {
	return answer(ctx, payload, func(r *redactor) error { return r.message(&payload.Message) })
}

// answer lets a function redact a payload in place and says what came of it.
func answer(ctx *cpex.HookCall, payload cpex.Payload, redact func(*redactor) error) (cpex.Verdict, error) {
	settings, err := readSettings(ctx.Call)
	if err != nil {
		return cpex.Verdict{}, err
	}
	r := settings.redactor()
	if err := redact(r); err != nil {
		return cpex.Verdict{}, err
	}
	if len(r.found) == 0 {
		return cpex.Allow(), nil
	}
	counts := make(map[string]any, len(r.found))
	var fields []any
	for kind, count := range r.found {
		counts[kind] = count
		fields = append(fields, kind, count)
	}
	ctx.Log().Info("redacted", fields...)
	verdict := cpex.Modify(payload).WithMetadata(map[string]any{"redacted": counts})
	if settings.Label != nil {
		if extensions, changed := withLabel(ctx.Extensions, *settings.Label); changed {
			verdict = verdict.WithExtensions(extensions)
		}
	}
	return verdict, nil
}

// withLabel adds a security label; changed is false when it is there already.
func withLabel(extensions cpex.Extensions, label string) (_ cpex.Extensions, changed bool) {
	var security cpex.SecurityExtension
	if extensions.Security != nil {
		security = *extensions.Security
	}
	for _, known := range security.Labels {
		if known == label {
			return extensions, false
		}
	}
	security.Labels = append(security.Labels[:len(security.Labels):len(security.Labels)], label)
	extensions.Security = &security
	return extensions, true
}

// message redacts the parts of a message that people or programs wrote. Where
// things are, and parts of other kinds, stay as they are.
func (r *redactor) message(message *cpex.Message) error {
	for i := range message.Content {
		if err := r.part(&message.Content[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *redactor) part(part *cpex.ContentPart) error {
	switch {
	case part.Text != nil:
		r.text(&part.Text.Text)
	case part.Thinking != nil:
		r.text(&part.Thinking.Text)
	case part.ToolCall != nil:
		r.members(part.ToolCall.Content.Arguments)
	case part.ToolResult != nil:
		return r.raw(&part.ToolResult.Content.Content)
	case part.Resource != nil:
		r.text(part.Resource.Content.Content)
	case part.PromptResult != nil:
		r.text(part.PromptResult.Content.Content)
		for i := range part.PromptResult.Content.Messages {
			if err := r.message(&part.PromptResult.Content.Messages[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// text redacts a text in place; there may be none.
func (r *redactor) text(text *string) {
	if text != nil {
		*text = r.redact(*text)
	}
}

// members redacts all texts below an object, but not its keys.
func (r *redactor) members(object map[string]any) {
	for key, value := range object {
		object[key] = r.value(value)
	}
}

func (r *redactor) value(value any) any {
	switch v := value.(type) {
	case string:
		return r.redact(v)
	case []any:
		for i := range v {
			v[i] = r.value(v[i])
		}
	case map[string]any:
		r.members(v)
	}
	return value
}

// raw redacts JSON text, which stays as it is when nothing is found in it.
func (r *redactor) raw(text *json.RawMessage) error {
	decoder := json.NewDecoder(strings.NewReader(string(*text)))
	// Numbers keep all their digits.
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return fmt.Errorf("the payload cannot be read: %w", err)
	}
	before := r.total()
	value = r.value(value)
	if r.total() == before {
		return nil
	}
	redacted, err := json.Marshal(value)
	*text = redacted
	return err
}
