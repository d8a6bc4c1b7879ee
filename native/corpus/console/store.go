package main

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// A store in memory: messages by their keys, for each kind of them.
type store struct {
	mu     sync.Mutex
	tables map[string]map[string]*dynamicpb.Message
}

func (s *store) call(method string, request, answer *dynamicpb.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch method {
	case "Ping":
		return broken("unusable", codes.Unavailable, "corpus: the database does not answer")
	case "RecordCheck":
		s.record(request)
		return nil
	case "LatestCheck":
		return s.get("Check", text(request, "key"), answer)
	case "LatestChecks":
		if defect != "no-checks" {
			s.list("Check", answer)
		}
		return nil
	}
	for _, verb := range []string{"Create", "Get", "List", "Update", "Delete"} {
		if kind, ok := strings.CutPrefix(method, verb); ok {
			return s.change(verb, strings.TrimSuffix(kind, "s"), request, answer)
		}
	}
	return status.Error(codes.Unimplemented, method)
}

func (s *store) change(verb, kind string, request, answer *dynamicpb.Message) error {
	table := s.tables[kind]
	if verb == "List" {
		s.list(kind, answer)
		return nil
	}
	key := text(request, "key")
	_, taken := table[key]
	switch verb {
	case "Get":
		return s.get(kind, key, answer)
	case "Create":
		if taken && defect != "overwrites" {
			return coded("wrong-conflict", codes.FailedPrecondition, codes.AlreadyExists, key+" is there")
		}
	case "Update":
		if !taken && defect != "upserts" {
			return status.Error(codes.NotFound, key)
		}
		if defect == "no-update" {
			return nil
		}
	case "Delete":
		if !taken && defect != "deletes-anything" {
			return status.Error(codes.NotFound, key)
		}
		if defect != "keeps-deleted" {
			delete(table, key)
			delete(s.tables["Check"], key)
		}
		return nil
	}
	table[key] = stored(proto.Clone(request).(*dynamicpb.Message))
	return nil
}

// The newest one is kept.
func (s *store) record(check *dynamicpb.Message) {
	key := text(check, "component")
	last, known := s.tables["Check"][key]
	newer := !known || whole(last, "checked_at_unix_nano") <= whole(check, "checked_at_unix_nano")
	if newer && !(known && defect == "first-check") {
		s.tables["Check"][key] = stored(proto.Clone(check).(*dynamicpb.Message))
	}
}

func (s *store) get(kind, key string, answer *dynamicpb.Message) error {
	found, ok := s.tables[kind][key]
	if !ok && defect == "empty-answer" {
		return nil
	}
	if !ok {
		return coded("wrong-missing", codes.Unknown, codes.NotFound, "sql: no rows in result set")
	}
	proto.Merge(answer, found)
	return nil
}

func (s *store) list(kind string, answer *dynamicpb.Message) {
	field := answer.Descriptor().Fields().Get(0)
	list := answer.Mutable(field).List()
	for _, key := range slices.Sorted(maps.Keys(s.tables[kind])) {
		one := s.tables[kind][key]
		if defect == "bare-list" && kind != "Check" {
			bare := dynamicpb.NewMessage(one.Descriptor())
			set(bare, "key", protoreflect.ValueOfString(key))
			one = bare
		}
		list.Append(protoreflect.ValueOfMessage(one))
	}
	if defect == "short-list" && list.Len() > 1 {
		list.Truncate(1)
	}
}

// What is left of a message that a broken store has kept.
func stored(one *dynamicpb.Message) *dynamicpb.Message {
	fields := one.Descriptor().Fields()
	for index := range fields.Len() {
		field := fields.Get(index)
		name := string(field.Name())
		switch {
		case defect == "no-cohort" && name == "cohort", defect == "no-config" && name == "config":
			one.Clear(field)
		case defect == "sorts-variants" && name == "variants":
			sortVariants(one.Mutable(field).List())
		case strings.HasSuffix(name, "_at_unix_nano"):
			one.Set(field, protoreflect.ValueOfInt64(timeKept(one.Get(field).Int())))
		}
	}
	return one
}

func timeKept(nanos int64) int64 {
	switch {
	case defect == "floats":
		return int64(float64(nanos))
	case defect == "microseconds":
		return nanos / 1000 * 1000
	case defect == "zero-time" && nanos == 0:
		return time.Time{}.UnixNano()
	}
	return nanos
}

func sortVariants(list protoreflect.List) {
	all := make([]protoreflect.Message, list.Len())
	for index := range all {
		all[index] = list.Get(index).Message()
	}
	slices.SortFunc(all, func(a, b protoreflect.Message) int {
		key := a.Descriptor().Fields().ByName("key")
		return strings.Compare(a.Get(key).String(), b.Get(key).String())
	})
	for index, one := range all {
		list.Set(index, protoreflect.ValueOfMessage(one))
	}
}

// coded is an error with the code that a store should give, or with another one.
func coded(name string, wrong, right codes.Code, message string) error {
	if defect == name {
		return status.Error(wrong, message)
	}
	return status.Error(right, message)
}

// broken is an error in the plugin that is broken in that way alone.
func broken(name string, code codes.Code, message string) error {
	if defect != name {
		return nil
	}
	return status.Error(code, message)
}
