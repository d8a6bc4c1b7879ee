package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"sync"
)

// The announced form of the messages: a length, kind, api and slot, and one item of CBOR.

var (
	frames = os.Getenv("CPEX_TAU_WIRE") == "cbor"
	slots  sync.Mutex
	// Slots of our own requests that wait for their response.
	busy [32]bool
	// Slots of the host's calls, by tool call id; hooks and the rest are answered at once.
	callers sync.Map
)

const (
	hostCalls   = 1
	pluginCalls = 2
)

var camel = map[string]string{
	"register": "Register", "output_delta": "OutputDelta", "server_request": "ServerRequest",
	"tool_result": "ToolCall", "hook_result": "Hook",
}

func sendFrame(message object) {
	kind := message["type"].(string)
	fields := object{}
	for key, value := range message {
		if key != "type" {
			fields[key] = value
		}
	}
	name := camel[kind]
	switch kind {
	case "register":
		request(object{name: object{"reg": fields}})
	case "output_delta":
		request(object{name: fields})
	case "server_request":
		request(object{name: object{"req": fields["request"]}})
	case "tool_result":
		slot, found := callers.LoadAndDelete(fields["tool_call_id"])
		if found {
			writeFrame(1, hostCalls, slot.(byte), object{name: fields})
		}
	}
}

func request(body any) {
	slots.Lock()
	slot := 0
	for busy[slot] {
		slot++
	}
	busy[slot] = true
	slots.Unlock()
	writeFrame(0, pluginCalls, byte(slot), body)
}

func writeFrame(kind byte, api uint16, slot byte, body any) {
	item := encode(nil, body)
	frame := binary.LittleEndian.AppendUint32(nil, uint32(4+len(item)))
	frame = append(frame, kind, byte(api), byte(api>>8), slot)
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(append(frame, item...))
}

func takeFrames() {
	for {
		var head [8]byte
		if _, err := io.ReadFull(os.Stdin, head[:]); err != nil {
			return
		}
		item := make([]byte, binary.LittleEndian.Uint32(head[:4])-4)
		if _, err := io.ReadFull(os.Stdin, item); err != nil {
			return
		}
		if head[4] == 1 {
			slots.Lock()
			busy[head[7]] = false
			slots.Unlock()
			continue
		}
		value, _ := decode(item)
		takeFrame(value, head[7])
	}
}

func takeFrame(value any, slot byte) {
	name, fields := "", object{}
	switch one := value.(type) {
	case string:
		name = one
	case object:
		for key, inner := range one {
			name, fields = key, inner.(object)
		}
	}
	answer := func(body any) { writeFrame(1, hostCalls, slot, body) }
	switch name {
	case "ToolCall":
		message := fields["call"].(object)
		message["type"] = "tool_call"
		callers.Store(message["tool_call_id"], slot)
		take(message)
	case "CancelToolCall":
		take(object{"type": "cancel_tool_call", "tool_call_id": fields["tool_call_id"]})
		answer(name)
	case "Hook":
		answer(object{"Hook": object{"message": object{"content": "Hello"}, "system_prompt": nil, "tool_result_append": nil}})
	default:
		answer(name)
		if name == "Idle" {
			take(object{"type": "idle"})
		}
	}
}

func head(to []byte, major byte, count int) []byte {
	switch {
	case count < 24:
		return append(to, major<<5|byte(count))
	case count < 1<<8:
		return append(to, major<<5|24, byte(count))
	case count < 1<<16:
		return binary.BigEndian.AppendUint16(append(to, major<<5|25), uint16(count))
	default:
		return binary.BigEndian.AppendUint32(append(to, major<<5|26), uint32(count))
	}
}

func encode(to []byte, value any) []byte {
	switch one := value.(type) {
	case nil:
		return append(to, 0xf6)
	case bool:
		if one {
			return append(to, 0xf5)
		}
		return append(to, 0xf4)
	case string:
		return append(head(to, 3, len(one)), one...)
	case int:
		return head(to, 0, one)
	case []string:
		to = head(to, 4, len(one))
		for _, each := range one {
			to = encode(to, each)
		}
		return to
	case []object:
		to = head(to, 4, len(one))
		for _, each := range one {
			to = encode(to, each)
		}
		return to
	case object:
		keys := make([]string, 0, len(one))
		for key := range one {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		to = head(to, 5, len(keys))
		for _, key := range keys {
			to = encode(encode(to, key), one[key])
		}
		return to
	}
	panic(fmt.Sprintf("corpus: no CBOR for %T", value))
}

// decode reads what hosts send: no indefinite lengths, no tags, no floats that matter here.
func decode(from []byte) (any, []byte) {
	major, short := from[0]>>5, int(from[0]&31)
	rest := from[1:]
	if major == 7 {
		switch short {
		case 20, 21:
			return short == 21, rest
		case 27:
			return nil, rest[8:]
		}
		return nil, rest
	}
	count := short
	if short >= 24 {
		width := 1 << (short - 24)
		count = 0
		for _, one := range rest[:width] {
			count = count<<8 | int(one)
		}
		rest = rest[width:]
	}
	switch major {
	case 0:
		return count, rest
	case 1:
		return -1 - count, rest
	case 3:
		return strings.Clone(string(rest[:count])), rest[count:]
	case 4:
		list := make([]any, count)
		for index := range list {
			list[index], rest = decode(rest)
		}
		return list, rest
	case 5:
		fields := object{}
		for ; count > 0; count-- {
			var key, value any
			key, rest = decode(rest)
			value, rest = decode(rest)
			fields[key.(string)] = value
		}
		return fields, rest
	}
	panic("corpus: an item that hosts do not send")
}
