// cpex:if store
package main

import (
	"maps"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// table holds messages by their keys. What goes in and out is copied: nobody else
// changes what is kept.
type table[T proto.Message] map[string]T

func (t table[T]) put(key string, message T) {
	t[key] = proto.CloneOf(message)
}

func (t table[T]) create(key string, message T) error {
	if key == "" {
		return status.Error(codes.InvalidArgument, "the key is empty")
	}
	if _, ok := t[key]; ok {
		return status.Errorf(codes.AlreadyExists, "%q is there already", key)
	}
	t.put(key, message)
	return nil
}

func (t table[T]) get(key string) (T, error) {
	found, ok := t[key]
	if !ok {
		var none T
		return none, notFound(key)
	}
	return proto.CloneOf(found), nil
}

func (t table[T]) list() []T {
	list := make([]T, 0, len(t))
	for _, key := range slices.Sorted(maps.Keys(t)) {
		list = append(list, proto.CloneOf(t[key]))
	}
	return list
}

func (t table[T]) update(key string, message T) error {
	if _, ok := t[key]; !ok {
		return notFound(key)
	}
	t.put(key, message)
	return nil
}

func (t table[T]) remove(key string) error {
	if _, ok := t[key]; !ok {
		return notFound(key)
	}
	delete(t, key)
	return nil
}

func notFound(key string) error {
	return status.Errorf(codes.NotFound, "there is no %q", key)
}

// cpex:end
