package cpex

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// builder is a host that has one archive and can cancel.
type builder struct {
	silentHost
	content   []byte
	size      uint64
	short     bool
	mu        sync.Mutex
	cancelled bool
	asked     int
	reads     []int
}

func (h *builder) CallHost(method string, request []byte) (int, []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch method {
	case "host.archive.size":
		return 0, answered(&ArchiveSizeResult{Size: h.size})
	case "host.archive.read":
		var asked ArchiveReadRequest
		if err := decode(request, &asked); err != nil {
			return 1, nil
		}
		h.reads = append(h.reads, int(asked.Max))
		from := min(int(asked.Offset), len(h.content))
		to := min(from+int(asked.Max), len(h.content))
		if h.short && to > from {
			to = from + 1
		}
		return 0, answered(&ArchiveReadResult{Data: h.content[from:to]})
	case "host.cancelled":
		h.asked++
		return 0, answered(&CancelledResult{Cancelled: h.cancelled})
	}
	return h.silentHost.CallHost(method, request)
}

func answered(result writable) []byte {
	answer, err := JSON.Success(result)
	if err != nil {
		panic(err)
	}
	return answer
}

func stepBody(runner, args string) []byte {
	return []byte(`{"step":{"key":"k","runner":"` + runner + `","args":` + args + `},"run_id":"r","step_id":"s",` +
		`"workspace_archive_id":"w","env":{},"workdir":".","cache":{"kind":"miss_no_commit"}}`)
}

func TestStepsReadTheirArgsAndWriteTheirLog(t *testing.T) {
	host := &silentHost{}
	plugin := opened(t, host, func() {
		OnStep(StepRunner{Runner: "shell"}, func(ctx *StepCall, request *StepRequest) (StepResult, error) {
			var args struct {
				Big json.Number `json:"big"`
			}
			if err := ctx.Args(&args); err != nil {
				return StepResult{}, err
			}
			if _, err := io.WriteString(ctx.Stderr(), request.Step.Key+string(args.Big)); err != nil {
				return StepResult{}, err
			}
			return StepExit(3, Artifact{Key: "a", Mime: "m", SizeBytes: math.MaxUint64}), nil
		})
	})
	_, answer := plugin.Call("step.execute", stepBody("shell", `{"big":18446744073709551615}`))
	want := `{"ok":true,"result":{"exit_code":3,"artifacts":[{"key":"a","mime":"m","size_bytes":18446744073709551615}]}}`
	if string(answer) != want {
		t.Errorf("answer %s, want %s", answer, want)
	}
	if want := `{"stream":"stderr","data":"azE4NDQ2NzQ0MDczNzA5NTUxNjE1"}`; len(host.bodies) != 1 || host.bodies[0] != want {
		t.Errorf("logged %v, want %s", host.bodies, want)
	}
	for body, want := range map[string]string{
		string(stepBody("shell", `{"big":[4711]}`)): `"code":"invalid_args"`,
		string(stepBody("docker", `{}`)):            `"code":"unknown_runner"`,
		string(stepBody("shell", `[]`)):             `"code":"invalid_request"`,
	} {
		_, answer := plugin.Call("step.execute", []byte(body))
		if !strings.Contains(string(answer), want) || strings.Contains(string(answer), "4711") {
			t.Errorf("%s was answered with %s, want %s", body, answer, want)
		}
	}
}

func TestArchivesAreReadInPieces(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 4200)
	for _, short := range []bool{false, true} {
		host := &builder{content: content, short: short}
		if short {
			host.content = content[:300]
		}
		host.size = uint64(len(host.content))
		archive, err := newHost(host).Archive("w")
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(bufio.NewReader(archive), host.content); err != nil {
			t.Error(err)
		}
		if got, err := io.ReadAll(io.NewSectionReader(archive, 5, archive.Size())); err != nil || !bytes.Equal(got, host.content[5:]) {
			t.Errorf("from the fifth byte on came %d bytes: %v", len(got), err)
		}
		for _, most := range host.reads {
			if most > archivePiece {
				t.Fatalf("asked for %d bytes at once", most)
			}
		}
	}
}

func TestArchivesThatEndEarlyAreErrors(t *testing.T) {
	host := newHost(&builder{content: []byte("abc"), size: 5})
	archive, err := host.Archive("w")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(archive); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q: %v", got, err)
	}
	if _, err := newHost(&builder{size: math.MaxUint64}).Archive("w"); err == nil {
		t.Error("opened an archive that no file could hold")
	}
}

func TestContextEndsWithTheCallerAndWithTheCall(t *testing.T) {
	host := &builder{}
	var kept context.Context
	var late *Call
	plugin := opened(t, host, func() {
		OnStep(StepRunner{Runner: "wait"}, func(ctx *StepCall, _ *StepRequest) (StepResult, error) {
			host.mu.Lock()
			host.cancelled = true
			host.mu.Unlock()
			<-ctx.Context().Done()
			return StepExit(130), nil
		})
		OnStep(StepRunner{Runner: "quick"}, func(ctx *StepCall, _ *StepRequest) (StepResult, error) {
			kept, late = ctx.Context(), ctx.Call
			if kept != ctx.Context() {
				t.Error("two contexts of one call")
			}
			return StepExit(0), kept.Err()
		})
		OnStep(StepRunner{Runner: "panic"}, func(ctx *StepCall, _ *StepRequest) (StepResult, error) {
			kept = ctx.Context()
			panic("boom")
		})
	})
	if _, answer := plugin.Call("step.execute", stepBody("wait", "{}")); !strings.Contains(string(answer), `"exit_code":130`) {
		t.Errorf("answer %s", answer)
	}
	host.cancelled = false
	for _, runner := range []string{"quick", "panic"} {
		plugin.Call("step.execute", stepBody(runner, "{}"))
		if !errors.Is(kept.Err(), context.Canceled) {
			t.Errorf("%s: the context outlives its call: %v", runner, kept.Err())
		}
		asked := host.asked
		if late.Context().Err() == nil || host.asked != asked {
			t.Errorf("%s: a call that is over is asked about", runner)
		}
	}
}

func TestEventsReachTheirHandlers(t *testing.T) {
	var heard []string
	plugin := opened(t, &silentHost{}, func() {
		OnBeforeBuildStart(func(ctx *EventCall, event *BeforeBuildStart) (Reaction, error) {
			heard = append(heard, string(ctx.Phase)+" start of "+event.BuildID)
			return Abort("full"), nil
		})
		OnAfterBuildEnd(func(*EventCall, *AfterBuildEnd) (Reaction, error) { return Abort("late"), nil })
		OnBuildEvents(LifecyclePhaseAfter, []LifecycleEventKind{LifecycleEventKindStepStart, LifecycleEventKindStepEnd},
			func(_ *EventCall, event *BuildEvent) (Reaction, error) {
				heard = append(heard, event.Kind())
				return Reaction{}, nil
			}, TimeLimit(1500*1e6))
	})
	for request, want := range map[string]string{
		`{"event":{"kind":"build_start","build_id":"b","steps":1},"phase":"before"}`:                          `{"ok":true,"result":{"outcome":"abort","reason":"full"}}`,
		`{"event":{"kind":"build_start","build_id":"b","steps":1},"phase":"after"}`:                           `"code":"unknown_event"`,
		`{"event":{"kind":"of_tomorrow","x":1},"phase":"before"}`:                                             `"code":"unknown_event"`,
		`{"event":{"kind":"build_end","build_id":"b","exit_code":0,"duration_ms":1},"phase":"after"}`:         `{"ok":true,"result":{"outcome":"abort","reason":"late"}}`,
		`{"event":{"kind":"step_start","build_id":"b","step_id":"s","key":"k","runner":"r"},"phase":"after"}`: `returned no reaction`,
		`{"event":{"kind":"build_start","build_id":"b"},"phase":"before"}`:                                    `event lacks \"steps\"`,
		`{"event":{"kind":"build_start","build_id":"b","steps":1},"phase":"later"}`:                           `phase is none of before, after`,
	} {
		if _, answer := plugin.Call("lifecycle.event", []byte(request)); !strings.Contains(string(answer), want) {
			t.Errorf("%s was answered with %s, want %s", request, answer, want)
		}
	}
	if len(heard) != 2 {
		t.Errorf("heard %v", heard)
	}
	_, answer := plugin.Call("plugin.register", []byte(registerBody))
	for _, want := range []string{
		`{"events":["build_start"],"phase":"before","timeout_ms":5000}`,
		`{"events":["step_start","step_end"],"phase":"after","timeout_ms":1500}`,
	} {
		if !strings.Contains(string(answer), want) {
			t.Errorf("registered %s, want %s", answer, want)
		}
	}
}

func TestUnknownKindsStayAsTheyAre(t *testing.T) {
	text := `{"message":{"schema_version":"2.0","role":"user","content":[` +
		`{"content_type":"text","text":"a"},{"z":[1.50,null],"content_type":"hologram","a":{"y":1,"b":2}}]}}`
	var payload MessagePayload
	if err := decode([]byte(text), &payload); err != nil {
		t.Fatal(err)
	}
	parts := payload.Message.Content
	if parts[0].ContentType() != "text" || parts[1].ContentType() != "hologram" {
		t.Errorf("kinds %q and %q", parts[0].ContentType(), parts[1].ContentType())
	}
	if again, err := encode(&payload); err != nil || string(again) != text {
		t.Errorf("read %s\nand wrote %s (%v)", text, again, err)
	}
	payload.Message.Content = append(parts, NewToolCallPart(ToolCall{ToolCallID: "c", Name: "n"}), ContentPart{
		Other: json.RawMessage(`{"content_type":"smell"}`),
	})
	again, err := encode(&payload)
	if want := `{"content_type":"tool_call","content":{"tool_call_id":"c","name":"n","arguments":{}}},{"content_type":"smell"}]}}`; err != nil || !strings.HasSuffix(string(again), want) {
		t.Errorf("wrote %s (%v), want …%s", again, err, want)
	}
	for _, other := range []string{`{"content_type":"text"}`, `{"content_type":1}`, `{}`, `[]`, `{`, `"x"`} {
		if again, err := encode(&ContentPart{Other: json.RawMessage(other)}); err == nil {
			t.Errorf("%s was written as %s", other, again)
		}
	}
}
