package main

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

const pkg = "console.plugin.v1"

// The contract of schemas/hosts/console/console.proto, in few words and without anything to generate. Fields have the
// number of their place.
var messages = []string{
	"Empty",
	"Key key:string",
	"Variant key:string value:string weight:int32",
	"Flag key:string description:string enabled:bool scope:string rollout:int32 variants:Variants cohort:string " +
		"experiment:string created_at_unix_nano:int64 updated_at_unix_nano:int64",
	"FlagList flags:Flags",
	"Component key:string name:string description:string provider:string config:map",
	"ComponentList components:Components",
	"Check component:string state:int32 message:string latency_nanos:int64 checked_at_unix_nano:int64",
	"CheckList checks:Checks",
	"NotifyEmpty",
	"NotifierName name:string",
	"Event type:string title:string message:string component:string flag:string from:int32 to:int32 at_unix_nano:int64",
	"StatusEmpty",
	"StatusName name:string",
	"StatusComponent key:string name:string description:string provider:string config:map",
	"StatusCheck component:string state:int32 message:string latency_nanos:int64 checked_at_unix_nano:int64",
	"LLMEmpty",
	"LLMName name:string",
	"LLMMessage role:string text:string",
	"CompleteRequest system:string messages:LLMMessages max_tokens:int32 model:string",
	"CompleteResponse text:string",
}

// Service, then method, request and answer.
var services = map[string][]string{
	"StoreService": {
		"CreateFlag Flag Empty", "GetFlag Key Flag", "ListFlags Empty FlagList", "UpdateFlag Flag Empty",
		"DeleteFlag Key Empty", "CreateComponent Component Empty", "GetComponent Key Component",
		"ListComponents Empty ComponentList", "UpdateComponent Component Empty", "DeleteComponent Key Empty",
		"RecordCheck Check Empty", "LatestCheck Key Check", "LatestChecks Empty CheckList", "Ping Empty Empty",
	},
	"NotifierService":       {"Name NotifyEmpty NotifierName", "Notify Event NotifyEmpty"},
	"StatusProviderService": {"Name StatusEmpty StatusName", "Check StatusComponent StatusCheck"},
	"LLMService":            {"Name LLMEmpty LLMName", "Complete CompleteRequest CompleteResponse"},
	// None of Console's.
	"OtherService": {"Ping Empty Empty"},
}

var scalars = map[string]descriptorpb.FieldDescriptorProto_Type{
	"string": descriptorpb.FieldDescriptorProto_TYPE_STRING,
	"bool":   descriptorpb.FieldDescriptorProto_TYPE_BOOL,
	"int32":  descriptorpb.FieldDescriptorProto_TYPE_INT32,
	"int64":  descriptorpb.FieldDescriptorProto_TYPE_INT64,
}

// The file as server reflection tells it, too.
var contract = register()

func register() protoreflect.FileDescriptor {
	file := &descriptorpb.FileDescriptorProto{
		Name:    proto.String("console.proto"),
		Package: proto.String(pkg),
		Syntax:  proto.String("proto3"),
	}
	for _, words := range messages {
		name, fields, _ := strings.Cut(words, " ")
		file.MessageType = append(file.MessageType, message(name, strings.Fields(fields)))
	}
	for name, methods := range services {
		service := &descriptorpb.ServiceDescriptorProto{Name: proto.String(name)}
		for _, words := range methods {
			parts := strings.Fields(words)
			service.Method = append(service.Method, &descriptorpb.MethodDescriptorProto{
				Name:       proto.String(parts[0]),
				InputType:  typeName(parts[1]),
				OutputType: typeName(parts[2]),
			})
		}
		file.Service = append(file.Service, service)
	}
	made, err := protodesc.NewFile(file, protoregistry.GlobalFiles)
	if err != nil {
		panic(err)
	}
	if err := protoregistry.GlobalFiles.RegisterFile(made); err != nil {
		panic(err)
	}
	return made
}

func message(name string, fields []string) *descriptorpb.DescriptorProto {
	made := &descriptorpb.DescriptorProto{Name: proto.String(name)}
	for index, words := range fields {
		field, kind, _ := strings.Cut(words, ":")
		one := &descriptorpb.FieldDescriptorProto{
			Name:   proto.String(field),
			Number: proto.Int32(int32(index + 1)),
			Label:  descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		}
		made.Field = append(made.Field, one)
		if scalar, ok := scalars[kind]; ok {
			one.Type = scalar.Enum()
			continue
		}
		one.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
		one.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		if kind != "map" {
			one.TypeName = typeName(strings.TrimSuffix(kind, "s"))
			continue
		}
		// Only config is one.
		one.TypeName = typeName(name + ".ConfigEntry")
		pairs := message("ConfigEntry", []string{"key:string", "value:string"})
		pairs.Options = &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)}
		made.NestedType = append(made.NestedType, pairs)
	}
	return made
}

func typeName(name string) *string {
	return proto.String("." + pkg + "." + name)
}
