// Command corpus-tau is a small plugin for tau, in lines and in frames, that is good by itself, and broken in the way that
// CORPUS_DEFECT names. Every defect is a few lines; what it is broken in is told by its name.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

type object = map[string]any

var (
	defect = os.Getenv("CORPUS_DEFECT")
	output sync.Mutex
	// Calls of slow tools that can be cancelled.
	running sync.Map
	// Whatever has ended with an answer to the server.
	answers sync.Map
)

func send(message object) {
	if frames {
		sendFrame(message)
		return
	}
	line, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

func text(words string) []object { return []object{{"type": "text", "text": words}} }

func main() {
	if defect == "silent" {
		wait()
	}
	if defect == "exits-first" {
		fmt.Fprintln(os.Stderr, "corpus: no API key")
		os.Exit(3)
	}
	if defect == "prints-first" {
		fmt.Println("starting up")
	}
	if defect == "talks-first" {
		send(object{"type": "hook_result"})
	}
	register()
	if defect == "prints-later" {
		fmt.Println("ready to serve")
	}
	if frames {
		takeFrames()
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var message object
		if err := json.Unmarshal(lines.Bytes(), &message); err == nil {
			take(message)
		}
	}
	switch defect {
	case "outlives":
		wait()
	case "exits-late":
		os.Exit(4)
	}
}

// wait is longer than any host does.
func wait() { time.Sleep(time.Hour) }

func register() {
	schema := object{"type": "object", "properties": object{"message": object{"type": "string"}}, "required": []string{"message"}}
	echo := object{"name": "echo", "description": "Says it again.", "parameters": schema}
	slow := object{"name": "slow", "description": "Says it piece by piece.", "parameters": schema}
	tools := []object{echo, slow}
	message := object{"type": "register", "name": "corpus", "tools": tools, "hooks": []string{"before_agent_start", "session_start"}, "commands": []object{}}
	switch defect {
	case "no-name":
		delete(message, "name")
	case "bad-schema":
		echo["parameters"] = object{"type": "object", "properties": object{"message": object{"type": "words"}}}
	case "list-schema":
		echo["parameters"] = object{"type": "array"}
	case "twice":
		message["tools"] = []object{echo, slow, echo}
	case "new-name":
		message["name"] = fmt.Sprint("corpus-", os.Getpid())
	}
	send(message)
}

func take(message object) {
	switch message["type"] {
	case "tool_call":
		call(message)
	case "cancel_tool_call":
		if cancel, ok := running.Load(message["tool_call_id"]); ok {
			close(cancel.(chan struct{}))
		}
	case "hook", "session_start":
		hook()
	case "idle":
		switch defect {
		case "dies-idle":
			os.Exit(5)
		case "silent-after-idle":
			defect = "no-answer"
		case "", "good":
			os.Exit(0)
		}
	case "server_response":
		if answer, ok := answers.Load(message["request_id"]); ok {
			close(answer.(chan struct{}))
		}
	}
}

func hook() {
	switch defect {
	case "hook-silent":
		return
	case "hook-shape":
		send(object{"type": "hook_result", "message": "Hello"})
	default:
		send(object{"type": "hook_result", "message": object{"content": "Hello"}})
	}
}

func call(message object) {
	id := message["tool_call_id"].(string)
	name, _ := message["name"].(string)
	arguments, _ := message["arguments"].(object)
	words, known := arguments["message"].(string)
	result := object{"type": "tool_result", "tool_call_id": id, "content": text("ECHO: " + words), "is_error": false}
	if defect == "lenient" {
		words, known = fmt.Sprint(arguments["message"]), true
	}
	if name != "echo" && name != "slow" {
		switch defect {
		case "unknown-silent":
			return
		case "unknown-good":
		default:
			result["content"], result["is_error"] = text("there is no such tool"), true
		}
	} else if !known {
		if defect == "asserts" {
			_ = arguments["message"].(string)
		}
		result["content"], result["is_error"] = text("message has to be a text"), true
	}
	switch defect {
	case "no-answer":
		return
	case "other-id":
		result["tool_call_id"] = id + "-other"
	case "other-in-frames":
		if frames {
			result["content"] = text("ECHO: " + words + "!")
		}
	case "bad-content":
		result["content"] = "ECHO: " + words
	case "no-error-flag":
		delete(result, "is_error")
	case "long":
		result["content"] = text(strings.Repeat("x", 70_000))
	case "asks-badly":
		ask(id, object{"type": "queue_info", "target_session_id": 7})
	case "late-output":
		send(result)
		send(object{"type": "output_delta", "tool_call_id": id, "text": "more"})
		return
	case "twice-answered":
		send(result)
	case "dies":
		panic("corpus: a tool failed")
	}
	if name != "slow" || !known {
		send(result)
		return
	}
	cancel := make(chan struct{})
	running.Store(id, cancel)
	work := func() {
		defer running.Delete(id)
		for part := 0; part < 3; part++ {
			select {
			case <-cancel:
				if defect == "cancelled-silent" {
					return
				}
				result["content"], result["is_error"] = text("cancelled"), true
				send(result)
				return
			case <-time.After(5 * time.Millisecond):
				send(object{"type": "output_delta", "tool_call_id": id, "text": "part\n"})
			}
		}
		if defect == "mixes-ids" {
			mix(result)
			return
		}
		send(result)
	}
	go work()
}

var (
	mixing sync.Mutex
	held   []object
)

// mix answers a call under the id of another one that runs at the same time.
func mix(result object) {
	mixing.Lock()
	defer mixing.Unlock()
	count := 0
	running.Range(func(_, _ any) bool { count++; return true })
	if count < 2 && len(held) == 0 {
		send(result)
		return
	}
	held = append(held, result)
	result["tool_call_id"] = held[0]["tool_call_id"]
	send(result)
}

// ask sends a request to the server and does not wait for the answer.
func ask(id string, request object) {
	answers.Store(id, make(chan struct{}))
	send(object{"type": "server_request", "request_id": id, "request": request})
}
