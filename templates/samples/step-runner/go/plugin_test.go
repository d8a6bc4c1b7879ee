//go:build unix

package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
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

// entry is a file of an archive, or something else by its kind.
type entry struct {
	name, content string
	kind          byte
	mode          int64
}

// packed makes a tar file.
func packed(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	for _, one := range entries {
		header := &tar.Header{
			Name: one.name, Typeflag: one.kind, Mode: one.mode, Size: int64(len(one.content)), Format: tar.FormatUSTAR,
		}
		if one.kind == tar.TypeSymlink || one.kind == tar.TypeLink {
			header.Linkname = "/etc/passwd"
		}
		if err := writer.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write([]byte(one.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// start begins with a plugin whose steps have a workspace, and checks at the
// end of the test that none of them left anything behind.
func start(t *testing.T, host *cpextest.Host, entries ...entry) *cpextest.Plugin {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	host.Archives = map[string][]byte{"workspace": packed(t, entries...)}
	t.Cleanup(func() {
		if left, err := filepath.Glob(filepath.Join(os.TempDir(), "step-*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v (%v)", left, err)
		}
	})
	return cpextest.StartWith(t, host, nil)
}

func shell(args map[string]any) cpex.StepRequest {
	return cpex.StepRequest{Step: cpex.Step{Runner: "shell", Args: args}}
}

func commands(argv ...[]string) map[string]any { return map[string]any{"commands": argv} }

func sh(script string) []string { return []string{"sh", "-c", script} }

func TestRunsCommandsInTheWorkspace(t *testing.T) {
	cpextest.EachCodec(t, func(t *testing.T, host *cpextest.Host) {
		plugin := start(t, host,
			entry{name: "a.txt", content: "a\n"},
			entry{name: "deep/er/run.sh", content: "#!/bin/sh\nprintf \"%s\" \"$1\" > made.txt\n", mode: 0o755},
			entry{name: "empty/", kind: tar.TypeDir},
			entry{name: "big.bin", content: strings.Repeat("x", 3*pieceSize)},
		)
		request := shell(commands([]string{"cat", "a.txt"}, []string{"deep/er/run.sh", "$HOME"}, sh("wc -c < big.bin >&2; ls empty")))
		request.Step.Args["artifacts"] = []string{"made.txt", "a.txt"}

		result := plugin.Step(request)

		if result.ExitCode != 0 || plugin.Stdout() != "a\n" || strings.TrimSpace(plugin.Stderr()) != "196608" {
			t.Errorf("exit code %d, stdout %q, stderr %q", result.ExitCode, plugin.Stdout(), plugin.Stderr())
		}
		want := []cpex.Artifact{
			{Key: "made.txt", Mime: "application/octet-stream", SizeBytes: 5},
			{Key: "a.txt", Mime: "application/octet-stream", SizeBytes: 2},
		}
		if len(result.Artifacts) != 2 || result.Artifacts[0].SizeBytes != want[0].SizeBytes || result.Artifacts[1].Key != want[1].Key {
			t.Errorf("artefacts %+v, want %+v", result.Artifacts, want)
		}
	})
}

func TestExitCodes(t *testing.T) {
	for name, row := range map[string]struct {
		args map[string]any
		code int32
		says string
	}{
		"no commands":         {nil, 0, ""},
		"the first failure":   {commands(sh("exit 3"), sh("echo never >&2")), 3, ""},
		"a signal":            {commands(sh("kill -TERM $$")), 143, ""},
		"no such program":     {commands([]string{"there-is-none"}), 127, "there-is-none: there is no such program in PATH\n"},
		"no program":          {commands([]string{"./a.txt"}), 127, "./a.txt: permission denied\n"},
		"a missing artefact":  {map[string]any{"artifacts": []string{"b.txt"}}, 1, "the artefact b.txt is missing\n"},
		"a link out of it":    {map[string]any{"commands": [][]string{sh("ln -s /etc out")}, "artifacts": []string{"out/passwd"}}, 1, "the artefact out/passwd is missing\n"},
		"a folder of no use":  {commands(sh("mkdir -p d/e; chmod 0 d")), 0, ""},
		"children left alone": {commands(sh("sleep 600 & exit 5")), 5, ""},
	} {
		t.Run(name, func(t *testing.T) {
			plugin := start(t, cpextest.NewHost(), entry{name: "a.txt", content: "a"})

			result := plugin.Step(shell(row.args))

			if result.ExitCode != row.code || plugin.Stderr() != row.says || plugin.Stdout() != "" {
				t.Errorf("exit code %d, stdout %q, stderr %q", result.ExitCode, plugin.Stdout(), plugin.Stderr())
			}
		})
	}
}

func TestEnvironmentIsThatOfTheStep(t *testing.T) {
	t.Setenv("OF_THE_HOST", "secret")
	for want, env := range map[string]map[string]string{
		"A=1\nPATH=" + os.Getenv("PATH") + "\n": {"A": "1"},
		"PATH=/usr/bin:/bin\n":                  {"PATH": "/usr/bin:/bin"},
	} {
		plugin := start(t, cpextest.NewHost())
		request := shell(commands(sh("env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= | sort")))
		request.Env = env

		plugin.Step(request)

		if got := plugin.Stdout(); got != want {
			t.Errorf("environment %q, want %q", got, want)
		}
	}
}

func TestCacheHitsDoNoWork(t *testing.T) {
	plugin := start(t, cpextest.NewHost())
	request := shell(map[string]any{"commands": [][]string{sh("exit 1")}, "artifacts": []string{"a"}})
	request.Cache.Hit = &cpex.HitDecision{Tag: "t-1"}

	result := plugin.Step(request)

	if result.ExitCode != 0 || len(result.Artifacts) != 0 || plugin.Stdout() != "cached: t-1\n" {
		t.Errorf("%+v, stdout %q", result, plugin.Stdout())
	}
}

func TestCancellationEndsTheWholeGroup(t *testing.T) {
	plugin := start(t, cpextest.NewHost())
	pids := filepath.Join(t.TempDir(), "pids")
	request := shell(commands(sh("sleep 600 & echo $! $$ > "+pids+"; echo ready; wait"), sh("echo never")))

	go func() {
		for plugin.Stdout() == "" {
			runtime.Gosched()
		}
		plugin.Cancel()
	}()
	result := plugin.Step(request)

	if result.ExitCode != exitCancelled || plugin.Stdout() != "ready\n" {
		t.Errorf("exit code %d, stdout %q", result.ExitCode, plugin.Stdout())
	}
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range strings.Fields(string(text)) {
		if state, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && !strings.Contains(string(state), ") Z ") {
			t.Errorf("process %s lives on: %s", pid, state)
		}
	}
}

func TestRefusesWhatReachesOutOfTheWorkspace(t *testing.T) {
	for name, one := range map[string]entry{
		"a name above":         {name: "../a"},
		"a name that goes up":  {name: "a/../../b"},
		"an absolute name":     {name: "/tmp/a"},
		"a symbolic link":      {name: "a", kind: tar.TypeSymlink},
		"a hard link":          {name: "a", kind: tar.TypeLink},
		"a device":             {name: "a", kind: tar.TypeChar},
		"a pipe":               {name: "a", kind: tar.TypeFifo},
		"a file and a folder":  {name: "first/a"},
		"a folder and a file/": {name: "first", kind: tar.TypeDir},
	} {
		plugin := start(t, cpextest.NewHost(), entry{name: "first"}, one)
		if _, err := plugin.TryStep(shell(commands(sh("echo never")))); codeOf(err) != "bad_archive" || plugin.Stdout() != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, request := range map[string]cpex.StepRequest{
		"an artefact":        shell(map[string]any{"artifacts": []string{"../a"}}),
		"no program":         shell(commands([]string{})),
		"no list":            shell(map[string]any{"commands": "make"}),
		"an unknown key":     shell(map[string]any{"command": "make"}),
		"a workdir above":    {Workdir: "..", Step: cpex.Step{Runner: "shell"}},
		"a workdir at root":  {Workdir: "/tmp", Step: cpex.Step{Runner: "shell"}},
		"a workdir nowhere":  {Workdir: "b", Step: cpex.Step{Runner: "shell", Args: commands(sh("true"))}},
		"a workdir, a file ": {Workdir: "a", Step: cpex.Step{Runner: "shell", Args: commands(sh("true"))}},
	} {
		plugin := start(t, cpextest.NewHost(), entry{name: "a"})
		if _, err := plugin.TryStep(request); codeOf(err) != "invalid_args" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusesWhatIsNoArchive(t *testing.T) {
	whole := packed(t, entry{name: "a", content: strings.Repeat("x", 2000)})
	for name, content := range map[string][]byte{
		"text": []byte("no archive"), "half": whole[:1200], "damaged": append([]byte{whole[0] + 1}, whole[1:]...),
	} {
		plugin := start(t, cpextest.NewHost())
		plugin.Archives["workspace"] = content
		if _, err := plugin.TryStep(shell(commands(sh("echo never")))); codeOf(err) != "bad_archive" {
			t.Errorf("%s: %v", name, err)
		}
	}
	plugin := start(t, cpextest.NewHost())
	delete(plugin.Archives, "workspace")
	if _, err := plugin.TryStep(shell(commands(sh("echo never")))); codeOf(err) != "not_found" {
		t.Errorf("no archive at all: %v", err)
	}
}

func codeOf(err error) string {
	var coded *cpex.Error
	if !errors.As(err, &coded) {
		return ""
	}
	return coded.Code
}

func TestStepsRunAtTheSameTime(t *testing.T) {
	plugin := start(t, cpextest.NewHost(), entry{name: "n", content: "0"})
	before := descriptors(t)

	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for k := 0; k < 3; k++ {
				result, err := plugin.TryStep(shell(commands(sh("echo x >> n; echo x >> n"), sh("test $(wc -c < n) -eq 5 && printf y"))))
				if err != nil || result.ExitCode != 0 {
					t.Errorf("%+v, %v", result, err)
				}
			}
		}()
	}
	group.Wait()

	if got := plugin.Stdout(); got != strings.Repeat("y", 24) {
		t.Errorf("stdout %q", got)
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors, before there were %d", after, before)
	}
	if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); !errors.Is(err, syscall.ECHILD) {
		t.Errorf("a child is left: %d (%v)", pid, err)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Skip("there is no /dev/fd")
	}
	return len(open)
}
