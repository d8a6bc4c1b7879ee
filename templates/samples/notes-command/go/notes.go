package main

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"

	"sample-plugin/internal/cpex"
)

// Keys of the store: the number that comes next, and the notes by their number.
const (
	nextKey = "next"
	prefix  = "note:"
)

// note is a note as it is stored and printed. Its number is in the key.
type note struct {
	ID   int64  `json:"id,omitempty"`
	Text string `json:"text"`
	Tag  string `json:"tag,omitempty"`
}

// notes are in the host's store.
type notes struct{ store cpex.KV }

// given is the highest number that this process gave out: commands may run at
// the same time, and no lock may be held while the host is asked for something.
var given atomic.Int64

// add stores a note under the number that comes next. The number is taken
// before the note is there, so that it is never given out twice.
func (n notes) add(added note) (int64, error) {
	next, err := n.next()
	if err != nil {
		return 0, err
	}
	for {
		last := given.Load()
		id := max(next, last+1)
		if id == math.MaxInt64 {
			return 0, cpex.Errorf("no_number", "there is no number left for a note")
		}
		if given.CompareAndSwap(last, id) {
			return id, n.put(id, added)
		}
	}
}

func (n notes) put(id int64, added note) error {
	text, err := json.Marshal(added)
	if err != nil {
		return err
	}
	if err := n.store.Set(nextKey, []byte(strconv.FormatInt(id+1, 10))); err != nil {
		return err
	}
	return n.store.Set(noteKey(id), text)
}

// next returns a number that no process before gave out. Where two notes were
// added at the same time, the one that is stored may be too low; once this
// process has given out one itself, it knows better.
func (n notes) next() (int64, error) {
	next := int64(1)
	text, found, err := n.store.Get(nextKey)
	if err != nil {
		return 0, err
	}
	if found {
		if next, err = strconv.ParseInt(string(text), 10, 64); err != nil || next < 1 {
			return 0, cpex.Errorf("bad_store", "what is stored as %q is no number", nextKey)
		}
	}
	if given.Load() > 0 {
		return next, nil
	}
	ids, err := n.ids()
	if err != nil {
		return 0, err
	}
	if len(ids) > 0 {
		next = max(next, ids[len(ids)-1]+1)
	}
	return next, nil
}

// ids returns the numbers of all notes, the lowest first.
func (n notes) ids() ([]int64, error) {
	keys, err := n.store.List(prefix)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, key := range keys {
		if id, err := strconv.ParseInt(strings.TrimPrefix(key, prefix), 10, 64); err == nil && key == noteKey(id) {
			ids = append(ids, id)
		}
	}
	sort.Slice(ids, func(i, k int) bool { return ids[i] < ids[k] })
	return ids, nil
}

// list returns all notes by number.
func (n notes) list() ([]note, error) {
	ids, err := n.ids()
	if err != nil {
		return nil, err
	}
	var all []note
	for _, id := range ids {
		text, found, err := n.store.Get(noteKey(id))
		if err != nil {
			return nil, err
		}
		if !found {
			// It was removed since.
			continue
		}
		var one note
		if err := json.Unmarshal(text, &one); err != nil {
			return nil, cpex.Errorf("bad_store", "what is stored as note %d is no note", id)
		}
		one.ID = id
		all = append(all, one)
	}
	return all, nil
}

// remove removes a note; removed is false when it is not there.
func (n notes) remove(id int64) (removed bool, err error) { return n.store.Delete(noteKey(id)) }

func noteKey(id int64) string { return fmt.Sprintf("%s%d", prefix, id) }
