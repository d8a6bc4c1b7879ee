package cpex_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

// probe is an executor whose methods a test fills in.
type probe struct {
	execute func(ctx *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error)
	stream  func(ctx *cpex.Call, request *cpex.ExecutorStreamRequest) (cpex.ExecutorStreamResult, error)
}

func (probe) Declare() cpex.ExecutorDeclaration {
	return cpex.ExecutorDeclaration{ModelScope: "static", InputFormats: []string{"claude"}, OutputFormats: []string{"openai"}}
}
func (probe) Identifier() string { return "probe" }
func (p probe) Execute(ctx *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
	return p.execute(ctx, request)
}
func (p probe) ExecuteStream(ctx *cpex.Call, request *cpex.ExecutorStreamRequest) (cpex.ExecutorStreamResult, error) {
	return p.stream(ctx, request)
}
func (p probe) CountTokens(ctx *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
	return p.execute(ctx, request)
}
func (probe) HTTPRequest(*cpex.Call, *cpex.ExecutorHttpRequest) (cpex.HttpResult, error) {
	return cpex.HttpResult{}, nil
}

func start(t *testing.T, host *cpextest.Host, given cpex.Handlers) *cpextest.Plugin {
	t.Helper()
	t.Cleanup(cpex.Replace(given))
	return cpextest.StartWith(t, host, "")
}

func executing(t *testing.T, host *cpextest.Host, execute func(ctx *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error)) *cpextest.Plugin {
	t.Helper()
	return start(t, host, cpex.Handlers{Executor: probe{execute: execute}})
}

func code(err error) string {
	var known *cpex.Error
	if errors.As(err, &known) {
		return known.Code
	}
	return ""
}

func TestRegistersWhatItServes(t *testing.T) {
	plugin := start(t, cpextest.NewHost(), cpex.Handlers{Executor: probe{}})
	got := plugin.Registration().Capabilities
	if !got.Executor || got.Scheduler || got.ExecutorModelScope != "static" || got.ExecutorInputFormats[0] != "claude" {
		t.Errorf("registered %+v", got)
	}
	var result any
	if err := plugin.Call("scheduler.pick", cpex.Empty{}, &result); code(err) != "unknown_method" {
		t.Errorf("scheduler.pick: %v", err)
	}
	if err := plugin.Call("no.such", cpex.Empty{}, &result); code(err) != "unknown_method" {
		t.Errorf("no.such: %v", err)
	}
}

func TestTellsTheAuthorsMistakes(t *testing.T) {
	for _, one := range []struct {
		mistake func()
		want    string
	}{
		{cpex.ServeTwice, "called twice"},
		{cpex.Unserve, "no init function calls cpex.Serve"},
		{func() { cpex.Expect("scheduler", "executor") }, "got nil for scheduler"},
	} {
		restore := cpex.Replace(cpex.Handlers{Executor: probe{}})
		one.mistake()
		plugin := cpex.Open(cpextest.NewHost())
		status, answer := plugin.Call("plugin.register", []byte("{}"))
		if status != 0 || !strings.Contains(string(answer), one.want) {
			t.Errorf("got %d %s, want %q", status, answer, one.want)
		}
		plugin.Shutdown()
		restore()
	}
}

func TestConfigures(t *testing.T) {
	t.Cleanup(cpex.Replace(cpex.Handlers{Executor: probe{}}))
	var seen []string
	cpex.OnConfigure(func(ctx *cpex.Call) error {
		seen = append(seen, string(ctx.ConfigYAML()))
		if strings.Contains(string(ctx.ConfigYAML()), "bad") {
			return cpex.Errorf("invalid_config", "bad is bad")
		}
		return nil
	})
	cpex.Describe(cpex.Description{Logo: "https://example.org/logo.png", ConfigFields: []cpex.ConfigField{{Name: "a", Type: "string"}}})
	plugin := cpextest.StartWith(t, cpextest.NewHost(), "a: 1\n")
	if got := plugin.Registration().Metadata; got.Logo == "" || len(got.ConfigFields) != 1 {
		t.Errorf("registered %+v", got)
	}
	var again cpex.RegisterResult
	err := plugin.Call("plugin.reconfigure", cpex.RegisterRequest{ConfigYAML: []byte("bad: 1\n")}, &again)
	if code(err) != "invalid_config" {
		t.Errorf("reconfigure: %v", err)
	}
	if err := plugin.Call("plugin.reconfigure", cpex.RegisterRequest{ConfigYAML: []byte("a: 2\n")}, &again); err != nil || again.Metadata.Name == "" {
		t.Errorf("reconfigure: %v %+v", err, again)
	}
	if got := strings.Join(seen, ""); got != "a: 1\nbad: 1\na: 2\n" {
		t.Errorf("saw %q", got)
	}
}

func TestAnswersReconfigureFirst(t *testing.T) {
	t.Cleanup(cpex.Replace(cpex.Handlers{Executor: probe{}}))
	plugin := cpex.Open(cpextest.NewHost())
	t.Cleanup(plugin.Shutdown)
	if _, answer := plugin.Call("plugin.reconfigure", nil); !strings.HasPrefix(string(answer), `{"ok":true,"result":{"schema_version":`) {
		t.Errorf("got %s", answer)
	}
}

func TestTiesServicesToTheCall(t *testing.T) {
	host := cpextest.NewHost()
	var asked []string
	host.HTTP = func(request cpex.HttpRequest) (cpex.HttpResult, error) {
		asked = append(asked, request.HostCallbackID)
		return cpex.HttpResult{StatusCode: 200}, nil
	}
	plugin := executing(t, host, func(ctx *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
		ctx.Log().Warn("seen", "n", 1)
		for _, id := range []string{"", "mine"} {
			if _, err := ctx.Host().HTTPDo(cpex.HttpRequest{URL: "https://example.org/", HostCallbackID: id}); err != nil {
				return cpex.ExecutorResult{}, err
			}
		}
		return cpex.ExecutorResult{}, nil
	})
	cpextest.Ask[cpex.ExecutorResult](plugin, "executor.execute", cpex.ExecutorRequest{HostCallbackID: "17"})
	if strings.Join(asked, " ") != "17 mine" {
		t.Errorf("asked with %q", asked)
	}
	logs := plugin.Logs()
	if len(logs) != 1 || logs[0].HostCallbackID != "17" || logs[0].Level != "warn" || logs[0].Fields["n"] != 1.0 {
		t.Errorf("logged %+v", logs)
	}
}

func TestReadsBodiesPieceByPiece(t *testing.T) {
	host := cpextest.NewHost()
	long := strings.Repeat("0123456789", 10)
	host.HTTP = func(cpex.HttpRequest) (cpex.HttpResult, error) {
		return cpex.HttpResult{StatusCode: 206, Headers: map[string][]string{"A": {"b"}}, Body: []byte(long)}, nil
	}
	host.Model = func(request cpex.HostModelRequest) (cpex.HostModelResult, error) {
		if !request.Stream {
			return cpex.HostModelResult{}, errors.New("no stream")
		}
		return cpex.HostModelResult{StatusCode: 200, Body: []byte(request.Model + long)}, nil
	}
	plugin := executing(t, host, func(ctx *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
		page, err := ctx.Host().OpenHTTP(cpex.HttpRequest{URL: "https://example.org/"})
		if err != nil {
			return cpex.ExecutorResult{}, err
		}
		whole, err := io.ReadAll(page.Body)
		if err != nil || string(whole) != long || page.StatusCode != 206 || page.Headers["A"][0] != "b" {
			t.Errorf("read %q, %v, %+v", whole, err, page)
		}
		if err := errors.Join(page.Body.Close(), page.Body.Close()); err != nil {
			t.Errorf("closed: %v", err)
		}
		if _, err := page.Body.Read(make([]byte, 1)); err == nil || err == io.EOF {
			t.Errorf("a closed body says %v", err)
		}
		model, err := ctx.Host().OpenModel(cpex.HostModelRequest{Model: "m", Body: []byte("{}")})
		if err != nil {
			return cpex.ExecutorResult{}, err
		}
		defer model.Body.Close()
		whole, err = io.ReadAll(model.Body)
		return cpex.ExecutorResult{Payload: whole}, err
	})
	got := cpextest.Ask[cpex.ExecutorResult](plugin, "executor.execute", cpex.ExecutorRequest{})
	if string(got.Payload) != "m"+long {
		t.Errorf("got %s", got.Payload)
	}
}

// failing is a host whose bodies break in the middle.
type failing struct{ *cpextest.Host }

func (f failing) CallHost(method string, request []byte) (int, []byte) {
	if method == "host.http.stream_read" {
		return 0, []byte(`{"ok":true,"result":{"payload":"YWI=","error":"broken pipe"}}`)
	}
	return f.Host.CallHost(method, request)
}

func TestPassesOnWhatBreaksABody(t *testing.T) {
	host := cpextest.NewHost()
	host.HTTP = func(cpex.HttpRequest) (cpex.HttpResult, error) { return cpex.HttpResult{}, nil }
	t.Cleanup(cpex.Replace(cpex.Handlers{Executor: probe{execute: func(ctx *cpex.Call, _ *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
		page, err := ctx.Host().OpenHTTP(cpex.HttpRequest{URL: "https://example.org/"})
		if err != nil {
			return cpex.ExecutorResult{}, err
		}
		whole, err := io.ReadAll(page.Body)
		return cpex.ExecutorResult{}, cpex.Errorf("seen", "%s %v", whole, err)
	}}}))
	plugin := cpex.Open(failing{host})
	t.Cleanup(plugin.Shutdown)
	if _, answer := plugin.Call("executor.execute", []byte("{}")); !strings.Contains(string(answer), `"ab broken pipe"`) {
		t.Errorf("got %s", answer)
	}
}

func streaming(t *testing.T, produce func(ctx context.Context, out *cpex.Stream) error) (*cpextest.Plugin, cpex.ExecutorStreamResult) {
	t.Helper()
	plugin := start(t, cpextest.NewHost(), cpex.Handlers{Executor: probe{
		stream: func(ctx *cpex.Call, _ *cpex.ExecutorStreamRequest) (cpex.ExecutorStreamResult, error) {
			return ctx.Stream(map[string][]string{"A": {"b"}}, produce), nil
		},
	}})
	began := cpextest.Ask[cpex.ExecutorStreamResult](plugin, "executor.execute_stream", cpex.ExecutorStreamRequest{StreamID: "9"})
	for deadline := time.Now().Add(time.Minute); !plugin.Stream("9").Closed; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the stream stays open")
		}
	}
	return plugin, began
}

func TestStreamsAfterTheCallReturned(t *testing.T) {
	plugin, began := streaming(t, func(_ context.Context, out *cpex.Stream) error {
		for _, piece := range []string{"a", "", "c"} {
			if err := out.Emit([]byte(piece)); err != nil {
				return err
			}
		}
		return nil
	})
	got := plugin.Stream("9")
	if strings.Join(got.Pieces, "|") != "a||c" || got.Error != "" || len(began.Chunks) != 0 || began.Headers["A"][0] != "b" {
		t.Errorf("got %+v after %+v", got, began)
	}
}

func TestClosesAStreamWithItsError(t *testing.T) {
	plugin, _ := streaming(t, func(context.Context, *cpex.Stream) error { return errors.New("upstream is down") })
	if got := plugin.Stream("9"); got.Error != "upstream is down" {
		t.Errorf("got %+v", got)
	}
}

func TestClosesAStreamWhoseMakerPanics(t *testing.T) {
	plugin, _ := streaming(t, func(context.Context, *cpex.Stream) error { panic("oops") })
	if got := plugin.Stream("9"); got.Error != "the plugin broke down" {
		t.Errorf("got %+v", got)
	}
	plugin.Shutdown()
	if logs := plugin.Logs(); len(logs) != 1 || logs[0].Level != "error" || !strings.Contains(logs[0].Message, "oops") {
		t.Errorf("logged %+v", logs)
	}
}

func TestCatchesPanics(t *testing.T) {
	plugin := executing(t, cpextest.NewHost(), func(*cpex.Call, *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
		var none map[string]int
		none["a"] = 1
		return cpex.ExecutorResult{}, nil
	})
	var result cpex.ExecutorResult
	if err := plugin.Call("executor.execute", cpex.ExecutorRequest{}, &result); code(err) != "plugin_panic" {
		t.Errorf("got %v", err)
	}
}

func TestRefusesBodiesThatCannotBeRead(t *testing.T) {
	t.Cleanup(cpex.Replace(cpex.Handlers{Executor: probe{execute: func(*cpex.Call, *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
		return cpex.ExecutorResult{}, nil
	}}}))
	plugin := cpex.Open(cpextest.NewHost())
	t.Cleanup(plugin.Shutdown)
	for body, good := range map[string]bool{
		"": true, "{}": true, "null": true, `{"payload":"YQ==","MODEL":"m"}`: true, `{"Payload":null,"Unknown":[1]}`: true,
		"{": false, "[]": false, "{} {}": false, `{"Payload":"?"}`: false, `{"Model":1}`: false, "\x00": false,
	} {
		status, answer := plugin.Call("executor.execute", []byte(body))
		if ok := strings.HasPrefix(string(answer), `{"ok":true,`); status != 0 || ok != good {
			t.Errorf("%q: %d %s", body, status, answer)
		}
		if !good && !strings.Contains(string(answer), `"code":"invalid_request"`) {
			t.Errorf("%q: %s", body, answer)
		}
	}
}

func TestKeepsTheDigitsOfNumbers(t *testing.T) {
	const request = `{"Metadata":{"n":9007199254740993,"f":1e400}}`
	plugin := executing(t, cpextest.NewHost(), func(_ *cpex.Call, request *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
		return cpex.ExecutorResult{Metadata: request.Metadata}, nil
	})
	var got struct{ Metadata json.RawMessage }
	if err := plugin.Call("executor.execute", json.RawMessage(request), &got); err != nil {
		t.Fatal(err)
	}
	if string(got.Metadata) != `{"f":1e400,"n":9007199254740993}` {
		t.Errorf("got %s", got.Metadata)
	}
}

func TestSaysWhatAResultCannotSay(t *testing.T) {
	plugin := executing(t, cpextest.NewHost(), func(*cpex.Call, *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
		return cpex.ExecutorResult{Metadata: map[string]any{"x": math.NaN()}}, nil
	})
	var result cpex.ExecutorResult
	err := plugin.Call("executor.execute", cpex.ExecutorRequest{}, &result)
	if code(err) != "plugin_error" || !strings.Contains(err.Error(), "executor.execute cannot be written") {
		t.Errorf("got %v", err)
	}
}

func TestWritesEveryError(t *testing.T) {
	for want, err := range map[string]error{
		`{"ok":false,"error":{"code":"plugin_error","message":"x"}}`:                         errors.New("x"),
		`{"ok":false,"error":{"code":"plugin_error","message":"no message"}}`:                errors.New(""),
		`{"ok":false,"error":{"code":"a","message":"b","retryable":true,"http_status":429}}`: &cpex.Error{Code: "a", Message: "b", Retryable: true, HTTPStatus: 429},
		`{"ok":false,"error":{"code":"plugin_error","message":"b"}}`:                         &cpex.Error{Message: "b", Details: map[string]any{"x": math.Inf(1)}},
		`{"ok":false,"error":{"code":"a","message":"1 \u003c 2"}}`:                           cpex.Errorf("a", "%d < 2", 1),
		`{"ok":false,"error":{"code":"a","message":"x","http_status":403}}`:                  cpex.StatusErrorf(403, "a", "x"),
		`{"ok":false,"error":{"code":"plugin_error","message":"` + "\\ufffd" + `"}}`:         errors.New("\xff"),
	} {
		if got := string(cpex.Failure(err)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// deaf is a host that cannot be understood.
type deaf string

func (d deaf) CallHost(string, []byte) (int, []byte) { return 0, []byte(d) }

func TestSaysWhatTheHostSaid(t *testing.T) {
	for answer, want := range map[deaf]string{
		"": "without an answer", "{": "cannot be read", `{"ok":false}`: "without saying why",
		`{"ok":false,"error":{"code":"host_call_failed","message":"no route"}}`: "no route",
		`{"ok":true,"result":{"StatusCode":"x"}}`:                               "cannot be read",
	} {
		restore := cpex.Replace(cpex.Handlers{Executor: probe{execute: func(ctx *cpex.Call, _ *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
			_, err := ctx.Host().HTTPDo(cpex.HttpRequest{URL: "https://example.org/"})
			return cpex.ExecutorResult{}, err
		}}})
		plugin := cpex.Open(answer)
		if _, got := plugin.Call("executor.execute", nil); !strings.Contains(string(got), want) {
			t.Errorf("%q: got %s, want %q", answer, got, want)
		}
		plugin.Shutdown()
		restore()
	}
}

func TestDoesNotCallTheHostAfterShutdown(t *testing.T) {
	var kept *cpex.Call
	plugin := executing(t, cpextest.NewHost(), func(ctx *cpex.Call, _ *cpex.ExecutorRequest) (cpex.ExecutorResult, error) {
		kept = ctx
		return cpex.ExecutorResult{}, nil
	})
	cpextest.Ask[cpex.ExecutorResult](plugin, "executor.execute", cpex.ExecutorRequest{})
	plugin.Shutdown()
	if err := kept.Host().Log(cpex.LogRequest{}); !errors.Is(err, cpex.ErrShutdown) {
		t.Errorf("got %v", err)
	}
}
