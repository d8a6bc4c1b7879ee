package cpex

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// silentHost answers every callback with an empty result and keeps the bodies.
type silentHost struct {
	mu     sync.Mutex
	bodies []string
}

func (h *silentHost) CallHost(_ string, request []byte) (int, []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bodies = append(h.bodies, string(request))
	return 0, []byte(`{"ok":true,"result":{}}`)
}

const registerBody = `{"host":{"name":"cpex","version":"1.0.0","features":[]},"schema_version":1,"config":{},"limits":{"max_request_bytes":1,"max_response_bytes":65536}}`

// opened makes a plugin with handlers of its own, registered with the host.
func opened(t *testing.T, host Transport, register func()) *Plugin {
	t.Helper()
	handlers = registry{}
	register()
	plugin := Open(host)
	t.Cleanup(plugin.Shutdown)
	if code, answer := plugin.Call("plugin.register", []byte(registerBody)); code != 0 || !strings.HasPrefix(string(answer), `{"ok":true`) {
		t.Fatalf("register: %d %s", code, answer)
	}
	return plugin
}

func TestMistakesOfTheAuthorAreToldAtRegistration(t *testing.T) {
	nothing := func(*CommandCall) (Exit, error) { return Success(), nil }
	for want, register := range map[string]func(){
		`the hook \"elicit\" has two handlers`: func() {
			OnElicit(func(*HookCall, *Elicit) (Verdict, error) { return Allow(), nil })
			OnElicit(func(*HookCall, *Elicit) (Verdict, error) { return Allow(), nil })
		},
		`the hook \"elicit\" has no handler`: func() { OnElicit(nil) },
		`the command \"a\" has two handlers`: func() {
			Command(CommandSpec{Verb: "a"}, nothing)
			Command(CommandSpec{Verb: "a"}, nothing)
		},
		`the command \"a\" has no handler`: func() { Command(CommandSpec{Verb: "a"}, nil) },
	} {
		handlers = registry{}
		register()
		plugin := Open(&silentHost{})
		if _, answer := plugin.Call("plugin.register", []byte(registerBody)); !strings.Contains(string(answer), want) {
			t.Errorf("%s, want %s", answer, want)
		}
		plugin.Shutdown()
	}
}

func TestMethodsOfUndeclaredCapabilitiesAreUnknown(t *testing.T) {
	plugin := opened(t, &silentHost{}, func() {})
	for _, method := range []string{"hook.invoke", "command.run"} {
		if _, answer := plugin.Call(method, []byte("{}")); !strings.Contains(string(answer), codeUnknownMethod) {
			t.Errorf("%s: %s", method, answer)
		}
	}
}

func TestErrorsStayBelowTheLimitOfTheHost(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	plugin := opened(t, &silentHost{}, func() {
		Command(CommandSpec{Verb: "fail"}, func(*CommandCall) (Exit, error) { return Exit{}, Errorf("too_bad", "%s", long) })
		Command(CommandSpec{Verb: "code"}, func(*CommandCall) (Exit, error) { return Exit{}, Errorf(long, "bad") })
		Command(CommandSpec{Verb: "panic"}, func(*CommandCall) (Exit, error) { panic(long) })
	})
	for verb, want := range map[string]string{"fail": `"too_bad"`, "code": `"plugin_error"`, "panic": `"plugin_panic"`} {
		_, answer := plugin.Call("command.run", []byte(`{"verb_path":["`+verb+`"],"args":{},"env":{}}`))
		if len(answer) > 65536 || !strings.Contains(string(answer), want) {
			t.Errorf("%s: %d bytes, %.200s", verb, len(answer), answer)
		}
	}
}

func TestRegisterRunsTheHandlerOnceAndTellsOfChanges(t *testing.T) {
	var seen []string
	plugin := opened(t, &silentHost{}, func() {
		OnRegister(func(*Call) error { seen = append(seen, "register"); return nil })
		OnReconfigure(func(ctx *Call) error {
			var config struct{ Bad bool }
			err := ctx.Config(&config)
			seen = append(seen, "reconfigure")
			if config.Bad {
				return errors.New("bad")
			}
			return err
		})
	})
	for _, body := range []string{registerBody, strings.Replace(registerBody, `"config":{}`, `"config":{"a":1}`, 1)} {
		plugin.Call("plugin.register", []byte(body))
	}
	if _, answer := plugin.Call("plugin.reconfigure", []byte(`{"config":{"Bad":true}}`)); !strings.Contains(string(answer), codePluginError) {
		t.Errorf("a refused configuration: %s", answer)
	}
	if got := strings.Join(seen, " "); got != "register reconfigure reconfigure" {
		t.Errorf("handlers ran: %s", got)
	}
	if config := string(plugin.call().config); config != `{"a":1}` {
		t.Errorf("the configuration in force is %s", config)
	}
}

func TestConfigurationErrorsKeepValuesToThemselves(t *testing.T) {
	plugin := opened(t, &silentHost{}, func() {})
	plugin.Call("plugin.reconfigure", []byte(`{"config":{"port":4711.5}}`))
	var config struct {
		Port int `json:"port"`
	}
	err := plugin.call().Config(&config)
	if err == nil || strings.Contains(err.Error(), "4711") || !strings.Contains(err.Error(), `"port"`) {
		t.Errorf("error: %v", err)
	}
}

func TestShutdownWaitsForGoroutinesThatEnd(t *testing.T) {
	host := &silentHost{}
	ended := false
	plugin := opened(t, host, func() {})
	plugin.Go(func(stop context.Context) {
		<-stop.Done()
		_ = plugin.host.Log(LogRequest{Level: LogLevelInfo, Message: "bye"})
		ended = true
	})
	plugin.Shutdown()
	if !ended || len(host.bodies) != 1 {
		t.Errorf("ended: %v, callbacks: %v", ended, host.bodies)
	}
	if err := plugin.host.Log(LogRequest{Level: LogLevelInfo, Message: "late"}); !errors.Is(err, ErrShutdown) {
		t.Errorf("a late call: %v", err)
	}
	if len(host.bodies) != 1 {
		t.Errorf("the host was called after shutdown")
	}
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	plugin := opened(t, &silentHost{}, func() {
		OnShutdown(func(*Call) error { panic("in shutdown") })
	})
	release := make(chan struct{})
	defer close(release)
	plugin.Go(func(context.Context) { <-release })
	done := make(chan struct{})
	go func() { plugin.Shutdown(); close(done) }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("shutdown hangs")
	}
}

func TestPanicsInGoroutinesAreLogged(t *testing.T) {
	host := &silentHost{}
	plugin := opened(t, host, func() {})
	plugin.Go(func(context.Context) { panic("boom") })
	plugin.settle()
	if len(host.bodies) != 1 || !strings.Contains(host.bodies[0], `"message":"panic: boom"`) {
		t.Errorf("logged: %v", host.bodies)
	}
}

func TestLoggerWritesLevelsFieldsAndGroups(t *testing.T) {
	host := &silentHost{}
	plugin := opened(t, host, func() {})
	log := plugin.call().Log().With("a", 1).WithGroup("g").With("b", errors.New("e"))
	log.Warn("m", "c", 2*time.Second, slog.Group("h", "d", true), "e", func() {}, "f", "\xff")
	log.Log(context.Background(), slog.LevelDebug-1, "t")
	if len(host.bodies) != 2 {
		t.Fatalf("logged: %v", host.bodies)
	}
	for _, want := range []string{`{"level":"warn","message":"m","fields":{"a":1,"g":{"b":"e","c":"2s","e":"0x`, `"f":"` + "\uFFFD" + `","h":{"d":true}}}}`} {
		if !strings.Contains(host.bodies[0], want) {
			t.Errorf("logged %s, want %s", host.bodies[0], want)
		}
	}
	if want := `{"level":"trace","message":"t","fields":{"a":1,"g":{"b":"e"}}}`; host.bodies[1] != want {
		t.Errorf("logged %s, want %s", host.bodies[1], want)
	}
}

func TestCallsFromManyGoroutines(t *testing.T) {
	plugin := opened(t, &silentHost{}, func() {
		OnReconfigure(func(ctx *Call) error { return ctx.Config(&map[string]any{}) })
		OnElicit(func(ctx *HookCall, _ *Elicit) (Verdict, error) {
			ctx.Log().Info("x")
			ctx.Go(func(context.Context) { ctx.Cancelled() })
			return Allow(), ctx.Config(&map[string]any{})
		})
	})
	hook := []byte(`{"hook":"elicit","payload":{},"extensions":{},"context":{"request_id":"r","local_state":{},"global_state":{}}}`)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for k := 0; k < 50; k++ {
				if _, answer := plugin.Call("hook.invoke", hook); !strings.HasPrefix(string(answer), `{"ok":true`) {
					t.Errorf("hook: %s", answer)
				}
				plugin.Call("plugin.reconfigure", []byte(`{"config":{"k":1}}`))
				plugin.Call("plugin.register", []byte(registerBody))
			}
		}()
	}
	group.Wait()
}
