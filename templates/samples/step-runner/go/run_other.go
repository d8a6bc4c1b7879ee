//go:build !unix

package main

import "sample-plugin/internal/cpex"

const supported = false

// run is never reached: executeShell refuses before.
func run(*cpex.StepCall, program) (int32, error) {
	return 0, cpex.Errorf("unsupported", "steps are executed where there is POSIX")
}

func isBadName(error) bool { return false }
