package main

import (
	"strconv"

	"go-recorder/internal/cpex"
)

func init() {
	cpex.OnBuildEvents(cpex.LifecyclePhaseAfter, []cpex.LifecycleEventKind{
		cpex.LifecycleEventKindBuildStart,
		cpex.LifecycleEventKindStepQueued,
		cpex.LifecycleEventKindStepStart,
		cpex.LifecycleEventKindStepLog,
		cpex.LifecycleEventKindStepCacheHit,
		cpex.LifecycleEventKindStepEnd,
		cpex.LifecycleEventKindBuildEnd,
	}, count)
}

// count counts each event under "hook:KIND". A host tells one event after the other.
func count(ctx *cpex.EventCall, event *cpex.BuildEvent) (cpex.Reaction, error) {
	key := "hook:" + event.Kind()
	store := ctx.Host().KV(cpex.KvScopePlugin)
	stored, _, err := store.Get(key)
	if err != nil {
		return cpex.Reaction{}, err
	}
	seen, _ := strconv.Atoi(string(stored))
	if err := store.Set(key, []byte(strconv.Itoa(seen+1))); err != nil {
		return cpex.Reaction{}, err
	}
	return cpex.Continue(), nil
}
