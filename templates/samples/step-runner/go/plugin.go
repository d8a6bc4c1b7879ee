package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sample-plugin/internal/cpex"
)

func init() {
	cpex.OnStep(shellRunner, executeShell)
}

var shellRunner = cpex.StepRunner{
	Runner: "shell",
	StepSchema: map[string]any{
		"type": "object",
		"properties": map[string]any{
			"commands": map[string]any{
				"description": "Programs with their arguments, run one after another.",
				"type":        "array",
				"items":       map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"type": "string"}},
			},
			"artifacts": map[string]any{
				"description": "Files to report, relative to the workspace.",
				"type":        "array",
				"items":       map[string]any{"type": "string"},
			},
		},
		"additionalProperties": false,
	},
}

// shellArgs is what a step asks for.
type shellArgs struct {
	Commands  [][]string `json:"commands"`
	Artifacts []string   `json:"artifacts"`
}

// Exit codes of steps beside those of programs.
const (
	exitMissing     = 1
	exitNotStarted  = 127
	exitCancelled   = 130
	exitSignalled   = 128
	defaultMimeType = "application/octet-stream"
)

// executeShell runs the commands of a step in a folder of its own.
func executeShell(ctx *cpex.StepCall, request *cpex.StepRequest) (result cpex.StepResult, err error) {
	if !supported {
		return result, cpex.Errorf("unsupported", "steps are executed where there is POSIX")
	}
	args, err := readArgs(ctx, request)
	if err != nil {
		return result, err
	}
	if request.Cache.Hit != nil {
		_, err := fmt.Fprintf(ctx.Stdout(), "cached: %s\n", request.Cache.Hit.Tag)
		return cpex.StepExit(0), err
	}
	if len(args.Commands) == 0 && len(args.Artifacts) == 0 {
		return cpex.StepExit(0), nil
	}
	workspace, err := os.MkdirTemp("", "step-")
	if err != nil {
		return result, err
	}
	defer func() {
		if failed := removeAll(workspace); failed != nil && err == nil {
			err = failed
		}
	}()
	archive, err := ctx.Workspace()
	if err != nil {
		return result, err
	}
	if err := unpack(archive, workspace); err != nil {
		return result, err
	}
	return work(ctx, request, args, workspace)
}

// readArgs checks all that can be checked before there is anything to undo.
func readArgs(ctx *cpex.StepCall, request *cpex.StepRequest) (*shellArgs, error) {
	var args shellArgs
	if err := ctx.ArgsStrict(&args); err != nil {
		return nil, err
	}
	for i, command := range args.Commands {
		if len(command) == 0 || command[0] == "" {
			return nil, cpex.Errorf("invalid_args", "commands[%d] names no program", i)
		}
	}
	for i, name := range args.Artifacts {
		if !filepath.IsLocal(name) {
			return nil, cpex.Errorf("invalid_args", "artifacts[%d] is not inside the workspace", i)
		}
	}
	if !filepath.IsLocal(request.Workdir) {
		return nil, cpex.Errorf("invalid_args", "workdir is not inside the workspace")
	}
	return &args, nil
}

// work runs the commands until one fails, and looks for the artefacts.
func work(ctx *cpex.StepCall, request *cpex.StepRequest, args *shellArgs, workspace string) (cpex.StepResult, error) {
	folder := filepath.Join(workspace, request.Workdir)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return cpex.StepResult{}, cpex.Errorf("invalid_args", "workdir is no folder of the workspace")
	}
	env, search := environment(request.Env)
	for _, argv := range args.Commands {
		code, err := run(ctx, program{argv: argv, folder: folder, env: env, search: search})
		if err != nil || code != 0 {
			return cpex.StepExit(code), err
		}
	}
	artifacts, missing := find(args.Artifacts, workspace)
	for _, name := range missing {
		if _, err := fmt.Fprintf(ctx.Stderr(), "the artefact %s is missing\n", name); err != nil {
			return cpex.StepResult{}, err
		}
	}
	if len(missing) > 0 {
		return cpex.StepExit(exitMissing), nil
	}
	return cpex.StepExit(0, artifacts...), nil
}

// environment is that of the step, with the host's PATH when it has none.
func environment(step map[string]string) (env []string, search string) {
	search, given := step["PATH"]
	if !given {
		search = os.Getenv("PATH")
		env = append(env, "PATH="+search)
	}
	for name, value := range step {
		env = append(env, name+"="+value)
	}
	return env, search
}

// find returns the artefacts that are there and the names of the others. Where
// a program has put a link, what counts is where it leads.
func find(names []string, workspace string) (artifacts []cpex.Artifact, missing []string) {
	root, err := filepath.EvalSymlinks(workspace)
	if err != nil {
		return nil, names
	}
	for _, name := range names {
		real, err := filepath.EvalSymlinks(filepath.Join(root, name))
		inside, relErr := filepath.Rel(root, real)
		info, statErr := os.Stat(real)
		if err != nil || relErr != nil || statErr != nil || !filepath.IsLocal(inside) || !info.Mode().IsRegular() {
			missing = append(missing, name)
			continue
		}
		artifacts = append(artifacts, cpex.Artifact{Key: name, Mime: defaultMimeType, SizeBytes: uint64(info.Size())})
	}
	return artifacts, missing
}

// removeAll removes a folder, also where a program took away its own rights.
func removeAll(folder string) error {
	if os.RemoveAll(folder) == nil {
		return nil
	}
	_ = filepath.WalkDir(folder, func(path string, entry os.DirEntry, _ error) error {
		if entry != nil && entry.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(folder)
}

// program is one command of a step.
type program struct {
	argv   []string
	folder string
	env    []string
	// search is the PATH that the program is looked for in.
	search string
}

// notStarted says why a program was not started.
func notStarted(stderr io.Writer, name, reason string) (int32, error) {
	_, err := fmt.Fprintf(stderr, "%s: %s\n", name, reason)
	return exitNotStarted, err
}
