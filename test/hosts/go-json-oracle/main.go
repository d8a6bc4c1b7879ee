// Decodes JSON into structs that mirror a dozen types of the cliproxy contract and encodes them again, with Go's own
// encoding/json: what the codec of cpex is held against. Reads lines of {"type","json"(base64)} and answers each
// with {"json"(base64)} or {"error"}.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"oracle/pluginapi"
	"oracle/pluginhost"
)

type question struct {
	Type string `json:"type"`
	JSON []byte `json:"json"`
}

type answer struct {
	JSON  []byte `json:"json,omitempty"`
	Error string `json:"error,omitempty"`
}

func fresh(name string) any {
	switch name {
	case "AuthData":
		return new(pluginapi.AuthData)
	case "AuthParseResult":
		return new(pluginapi.AuthParseResponse)
	case "HostConfigSummary":
		return new(pluginapi.HostConfigSummary)
	case "ModelInfo":
		return new(pluginapi.ModelInfo)
	case "ModelRegisterResult":
		return new(pluginapi.ModelRegistrationResponse)
	case "UsageHandleRequest":
		return new(pluginapi.UsageHandleRequest)
	case "CommandLineExecuteRequest":
		return new(pluginapi.CommandLineExecuteRequest)
	case "CommandLineExecuteResult":
		return new(pluginapi.CommandLineExecutionResponse)
	case "AuthSaveRequest":
		return new(pluginapi.HostAuthSaveRequest)
	case "AuthListResult":
		return new(pluginapi.AuthListResult)
	case "RegisterRequest":
		return new(pluginapi.RegisterRequest)
	case "RegisterResult":
		return new(pluginhost.Registration)
	case "ExecutorStreamRequest":
		return new(pluginapi.ExecutorStreamRequest)
	case "ExecutorStreamResult":
		return new(pluginhost.ExecutorStreamResponse)
	case "HostModelRequest":
		return new(pluginhost.HostModelExecutionRequest)
	case "Odd":
		return new(pluginapi.Odd)
	}
	panic("no type " + name)
}

func ask(line []byte) answer {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		panic(err)
	}
	value := fresh(q.Type)
	if err := json.Unmarshal(q.JSON, value); err != nil {
		return answer{Error: err.Error()}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return answer{Error: "marshal: " + err.Error()}
	}
	return answer{JSON: text}
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		text, err := json.Marshal(ask(line))
		if err != nil {
			panic(err)
		}
		out.Write(append(text, '\n'))
	}
}
