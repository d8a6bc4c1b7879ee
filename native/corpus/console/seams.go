package main

import (
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

var names int

// What the three small seams are called.
func name(answer *dynamicpb.Message) error {
	names++
	called := "corpus"
	switch defect {
	case "no-name":
		called = ""
	case "other-name":
		called = fmt.Sprintf("corpus-%d", names)
	case "name-of-process":
		called = fmt.Sprintf("corpus-%d", os.Getpid())
	case "name-fails":
		return status.Error(codes.Internal, "corpus: no name")
	}
	set(answer, "name", protoreflect.ValueOfString(called))
	return nil
}

var events = map[string]bool{
	"component_down": true, "component_degraded": true, "component_recovered": true, "flag_changed": true,
}

func notify(event *dynamicpb.Message) error {
	kind := text(event, "type")
	if defect == "dies-of-type" && !events[kind] {
		panic("corpus: no such event: " + kind)
	}
	if defect == "one-type" && kind == "flag_changed" {
		return status.Error(codes.Unknown, "corpus: no template for "+kind)
	}
	return behind()
}

func check(component, answer *dynamicpb.Message) error {
	key := text(component, "key")
	known := len(text(component, "name")) > 0
	if defect == "dies-of-component" && !known {
		panic("corpus: no such component: " + key)
	}
	if !known {
		return status.Error(codes.NotFound, key)
	}
	if err := behind(); err != nil {
		return err
	}
	if defect == "other-component" {
		key = "api.example.com"
	}
	state, latency := int32(1), int64(1500)
	if defect == "http-state" {
		state = 200
	}
	if defect == "negative-latency" {
		latency = -latency
	}
	set(answer, "component", protoreflect.ValueOfString(key))
	set(answer, "state", protoreflect.ValueOfInt32(state))
	set(answer, "latency_nanos", protoreflect.ValueOfInt64(latency))
	set(answer, "checked_at_unix_nano", protoreflect.ValueOfInt64(checkedAt()))
	return nil
}

func checkedAt() int64 {
	now := time.Now()
	switch defect {
	case "seconds":
		return now.Unix()
	case "milliseconds":
		return now.UnixMilli()
	case "go-zero":
		return time.Time{}.UnixNano()
	}
	return now.UnixNano()
}

func complete(request, answer *dynamicpb.Message) error {
	list := request.Get(request.Descriptor().Fields().ByName("messages")).List()
	if list.Len() == 0 && defect == "dies-of-nothing" {
		_ = list.Get(list.Len() - 1)
	}
	if list.Len() == 0 {
		return unless("says-nothing", codes.InvalidArgument, "corpus: no message")
	}
	if err := behind(); err != nil {
		return err
	}
	if defect == "no-text" {
		return nil
	}
	set(answer, "text", protoreflect.ValueOfString("hello"))
	return nil
}

// behind asks what lies behind the plugin; that it cannot be reached is no fault of the plugin.
func behind() error {
	if os.Getenv("CORPUS_BEHIND") != "unreachable" {
		return nil
	}
	return status.Error(codes.Unavailable, "corpus: connection refused")
}

// unless is an error in all plugins but the one that is broken in that way.
func unless(name string, code codes.Code, message string) error {
	if defect == name {
		return nil
	}
	return status.Error(code, message)
}

func set(message *dynamicpb.Message, field string, value protoreflect.Value) {
	message.Set(message.Descriptor().Fields().ByName(protoreflect.Name(field)), value)
}

func text(message *dynamicpb.Message, field string) string {
	return message.Get(message.Descriptor().Fields().ByName(protoreflect.Name(field))).String()
}

func whole(message *dynamicpb.Message, field string) int64 {
	return message.Get(message.Descriptor().Fields().ByName(protoreflect.Name(field))).Int()
}
