package main

import (
	"errors"
	"fmt"
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

func TestAddsListsAndRemoves(t *testing.T) {
	cpextest.EachCodec(t, func(t *testing.T, host *cpextest.Host) {
		plugin := cpextest.StartWith(t, host, nil)

		plugin.Command(map[string]any{"text": "buy <milk>", "tag": "home"}, "notes", "add")
		plugin.Command(map[string]any{"text": "call Ada"}, "notes", "add")
		plugin.Command(nil, "notes", "list")
		plugin.Command(map[string]any{"id": 2}, "notes", "remove")
		plugin.Command(map[string]any{"json": true}, "notes", "list")
		plugin.Command(map[string]any{"text": "new"}, "notes", "add")

		want := "added 1\nadded 2\n1\thome\tbuy <milk>\n2\t-\tcall Ada\n" + `[{"id":1,"text":"buy <milk>","tag":"home"}]` + "\nadded 3\n"
		if got := plugin.Stdout(); got != want {
			t.Errorf("stdout %q, want %q", got, want)
		}
		if stored, _ := plugin.Stored(cpex.KvScopePlugin, "note:3"); string(stored) != `{"text":"new"}` {
			t.Errorf("stored %s", stored)
		}
	})
}

func TestListsByNumberTagAndLimit(t *testing.T) {
	host := cpextest.NewHost()
	for id, text := range map[int]string{2: `{"text":"b","tag":"x"}`, 10: `{"text":"c"}`, 1: `{"text":"a","tag":"x"}`} {
		host.Store(cpex.KvScopePlugin, fmt.Sprintf("note:%d", id), []byte(text))
	}
	for want, args := range map[string]map[string]any{
		"1\tx\ta\n2\tx\tb\n10\t-\tc\n": nil,
		"1\tx\ta\n2\tx\tb\n":           {"tag": "x"},
		"1\tx\ta\n":                    {"tag": "x", "limit": 1},
		"":                             {"limit": 0},
		"[]\n":                         {"tag": "y", "json": true},
	} {
		plugin := cpextest.StartWith(t, host, nil)
		before := len(plugin.Stdout())

		plugin.Command(args, "notes", "list")

		if got := plugin.Stdout()[before:]; got != want {
			t.Errorf("%v printed %q, want %q", args, got, want)
		}
	}
}

func TestSaysWhatIsWrong(t *testing.T) {
	plugin := cpextest.StartWith(t, cpextest.NewHost(), nil)
	for _, row := range []struct {
		verb string
		args map[string]any
		code int32
		says string
	}{
		{"add", map[string]any{"text": ""}, 2, "empty"},
		{"list", map[string]any{"limit": -1}, 2, "negative"},
		{"remove", map[string]any{"id": 7}, 1, "there is no note 7"},
	} {
		exit := plugin.Command(row.args, "notes", row.verb)
		if exit.ExitCode != row.code || exit.Message == nil || !strings.Contains(*exit.Message, row.says) {
			t.Errorf("%s %v: %+v", row.verb, row.args, exit)
		}
	}
	if exit := plugin.Command(nil, "notes"); exit.ExitCode != 2 {
		t.Errorf("without a subcommand: %+v", exit)
	}
}

func TestNumbersAreGivenOutOnce(t *testing.T) {
	plugin := cpextest.StartWith(t, cpextest.NewHost(), nil)
	const threads, each = 8, 20

	var group sync.WaitGroup
	for i := 0; i < threads; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for k := 0; k < each; k++ {
				if _, err := plugin.TryCommand(map[string]any{"text": "x"}, "notes", "add"); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
	// Another process begins with what is stored.
	given.Store(0)
	plugin.Command(map[string]any{"text": "y"}, "notes", "add")

	if !strings.HasSuffix(plugin.Stdout(), "added 161\n") {
		t.Errorf("stdout %q", plugin.Stdout())
	}
}

func TestRefusesABadStore(t *testing.T) {
	for key, value := range map[string]string{"next": "soon", "note:1": "{"} {
		host := cpextest.NewHost()
		host.Store(cpex.KvScopePlugin, key, []byte(value))
		plugin := cpextest.StartWith(t, host, nil)
		verb := map[string]string{"next": "add", "note:1": "list"}[key]

		_, err := plugin.TryCommand(map[string]any{"text": "x"}, "notes", verb)

		var refused *cpex.Error
		if !errors.As(err, &refused) || refused.Code != "bad_store" {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestRefusesBadConfigurations(t *testing.T) {
	err := cpextest.TryConfig(t, map[string]any{"file": "hunter2"})

	if err == nil || !strings.HasPrefix(err.Error(), "invalid_config: ") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}
