// Command protogen writes the Go code of .proto files, without protoc: compiler and
// generators are Go modules of a go.mod of its own. Run it with `go generate ./...`.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// generators are tools of go.mod here.
var generators = []string{"protoc-gen-go", "protoc-gen-go-grpc"}

func main() {
	from := flag.String("from", "", "folder of the .proto files")
	to := flag.String("to", "", "folder of the Go package")
	pkg := flag.String("package", "", "import path of the Go package")
	flag.Parse()
	if err := run(*from, *to, *pkg); err != nil {
		fmt.Fprintln(os.Stderr, "protogen:", err)
		os.Exit(1)
	}
}

func run(from, to, pkg string) error {
	names, err := protoFiles(from)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("%s has no .proto file", from)
	}
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{from}}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	files, err := compiler.Compile(context.Background(), names...)
	if err != nil {
		return err
	}
	// The application's own go_package is where it keeps the code; here it goes into one package.
	options := []string{"paths=source_relative"}
	for _, name := range names {
		options = append(options, fmt.Sprintf("M%s=%s;%s", name, pkg, path.Base(pkg)))
	}
	request := &pluginpb.CodeGeneratorRequest{FileToGenerate: names, Parameter: proto.String(strings.Join(options, ","))}
	seen := map[string]bool{}
	for _, file := range files {
		request.ProtoFile = appendFile(request.ProtoFile, file, seen)
	}
	for _, generator := range generators {
		if err := generate(generator, request, to); err != nil {
			return err
		}
	}
	return nil
}

// protoFiles lists the .proto files below a folder, relative to it.
func protoFiles(folder string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(folder, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".proto" {
			return err
		}
		name, err := filepath.Rel(folder, file)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	return names, err
}

// appendFile puts what a file imports before it, as generators expect.
func appendFile(list []*descriptorpb.FileDescriptorProto, file protoreflect.FileDescriptor, seen map[string]bool) []*descriptorpb.FileDescriptorProto {
	if seen[file.Path()] {
		return list
	}
	seen[file.Path()] = true
	imports := file.Imports()
	for index := range imports.Len() {
		list = appendFile(list, imports.Get(index).FileDescriptor, seen)
	}
	return append(list, protodesc.ToFileDescriptorProto(file))
}

func generate(generator string, request *pluginpb.CodeGeneratorRequest, to string) error {
	input, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	command := exec.Command("go", "tool", generator)
	command.Stdin = bytes.NewReader(input)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", generator, err)
	}
	response := &pluginpb.CodeGeneratorResponse{}
	if err := proto.Unmarshal(output, response); err != nil {
		return fmt.Errorf("%s: %w", generator, err)
	}
	if response.Error != nil {
		return fmt.Errorf("%s: %s", generator, response.GetError())
	}
	for _, file := range response.File {
		name := filepath.Join(to, filepath.FromSlash(file.GetName()))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(file.GetContent()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
