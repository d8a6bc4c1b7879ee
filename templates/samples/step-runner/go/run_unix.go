//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sample-plugin/internal/cpex"
)

const supported = true

// outputWait is how long output is read after the end of a program whose
// children still hold it.
const outputWait = 500 * time.Millisecond

// run runs a program to its end and returns the exit code of the step. When the
// step is cancelled, the program ends with all that it has started.
func run(step *cpex.StepCall, p program) (int32, error) {
	ctx := step.Context()
	if ctx.Err() != nil {
		return exitCancelled, nil
	}
	path, err := p.path()
	if err != nil {
		return notStarted(step.Stderr(), p.argv[0], reasonOf(err))
	}
	command := exec.CommandContext(ctx, path)
	command.Args = p.argv
	command.Dir = p.folder
	command.Env = p.env
	command.Stdout, command.Stderr = step.Stdout(), step.Stderr()
	// A group of its own, to be ended as a whole.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = outputWait
	if err := command.Start(); err != nil {
		return notStarted(step.Stderr(), p.argv[0], reasonOf(err))
	}
	err = command.Wait()
	// What the program left behind in its group does not outlive the step.
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	return exitCode(ctx, command.ProcessState, err)
}

func exitCode(ctx context.Context, ended *os.ProcessState, err error) (int32, error) {
	var failed *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return exitCancelled, nil
	case err != nil && !errors.As(err, &failed) && !errors.Is(err, exec.ErrWaitDelay):
		// The output could not be handed on.
		return 0, err
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitSignalled + int32(status.Signal()), nil
	}
	return int32(ended.ExitCode()), nil
}

// path looks for the program, in the step's PATH rather than in the host's.
func (p program) path() (string, error) {
	name := p.argv[0]
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, folder := range filepath.SplitList(p.search) {
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(p.folder, folder)
		}
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// reasonOf leaves out the path of the folder that the step runs in.
func reasonOf(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	if errors.Is(err, exec.ErrNotFound) {
		return "there is no such program in PATH"
	}
	return "the program cannot be started"
}

// isBadName tells troubles of a name from those of the disk.
func isBadName(err error) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	switch errno {
	case syscall.ENOTDIR, syscall.EISDIR, syscall.EEXIST, syscall.ENAMETOOLONG, syscall.EINVAL, syscall.EILSEQ:
		return true
	}
	return false
}
