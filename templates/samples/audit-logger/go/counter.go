package main

import (
	"strconv"
	"sync"

	"sample-plugin/internal/cpex"
)

// counters count in the host's store. The host may call the plugin again while
// it answers a callback, so no lock is held while it is asked for something.
type counters struct {
	mu     sync.Mutex
	counts map[string]*count
}

type count struct {
	value uint64
	// stored is what this process has stored; storing is set while it does so.
	stored  uint64
	storing bool
}

// next counts one up and returns the new count. It goes on from the store, which
// other processes write as well.
func (c *counters) next(store cpex.KV, key string) (uint64, error) {
	stored, err := readCount(store, key)
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.counts[key]
	if one == nil {
		if c.counts == nil {
			c.counts = map[string]*count{}
		}
		one = &count{}
		c.counts[key] = one
	}
	one.value = max(one.value, stored) + 1
	value := one.value
	return value, c.save(store, key, one)
}

// forget lets go of all that is known of the store.
func (c *counters) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts = nil
}

// save stores a count and lets go of the lock meanwhile. One call at a time does
// so, for the others as well: a lower count never comes after a higher one.
func (c *counters) save(store cpex.KV, key string, one *count) error {
	if one.storing {
		return nil
	}
	one.storing = true
	defer func() { one.storing = false }()
	for one.stored < one.value {
		value := one.value
		c.mu.Unlock()
		err := store.Set(key, []byte(strconv.FormatUint(value, 10)))
		c.mu.Lock()
		if err != nil {
			return err
		}
		one.stored = value
	}
	return nil
}

// readCount reads a count from the store; 0 when there is none.
func readCount(store cpex.KV, key string) (uint64, error) {
	text, found, err := store.Get(key)
	if err != nil || !found {
		return 0, err
	}
	value, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		return 0, cpex.Errorf("bad_count", "what is stored as %q is no count", key)
	}
	return value, nil
}
