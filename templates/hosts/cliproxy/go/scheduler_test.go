// cpex:if scheduler
package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestLeavesTheChoiceToTheHost(t *testing.T) {
	plugin := cpextest.Start(t)
	request := cpex.SchedulerPickRequest{Candidates: []cpex.SchedulerCandidate{{ID: "a"}}}

	got := cpextest.Ask[cpex.SchedulerPickResult](plugin, "scheduler.pick", request)

	if got.Handled {
		t.Errorf("got %+v", got)
	}
}

// cpex:end
