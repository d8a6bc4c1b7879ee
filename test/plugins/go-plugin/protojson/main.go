// Says what Go's own ProtoJSON makes of documents, so that the tests of ours have somebody to ask. Each line of standard
// input is a question in JSON; each line of standard output its answer.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	_ "fixture/fixturepb"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	_ "google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/emptypb"
	_ "google.golang.org/protobuf/types/known/fieldmaskpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)

type question struct {
	Type string  `json:"type"`
	JSON *string `json:"json"`
	Wire string  `json:"wire"`
}

type answer struct {
	Wire  string `json:"wire,omitempty"`
	JSON  string `json:"json,omitempty"`
	Error string `json:"error,omitempty"`
}

func answerTo(asked question) (said answer, err error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(asked.Type))
	if err != nil {
		return said, err
	}
	message := kind.New().Interface()
	if asked.JSON != nil {
		err = protojson.Unmarshal([]byte(*asked.JSON), message)
	} else {
		var wire []byte
		if wire, err = base64.StdEncoding.DecodeString(asked.Wire); err == nil {
			err = proto.Unmarshal(wire, message)
		}
	}
	if err != nil {
		return said, err
	}
	wire, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		return said, err
	}
	text, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(message)
	return answer{Wire: base64.StdEncoding.EncodeToString(wire), JSON: string(text)}, err
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		said, err := answerTo(asked)
		if err != nil {
			said = answer{Error: err.Error()}
		}
		if err := answers.Encode(said); err != nil {
			os.Exit(1)
		}
	}
}
