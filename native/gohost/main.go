// Command cpexgohost is a reference host in Go: it loads one plugin as hosts in Go do, through cgo and dlopen, and
// serves it to cpex over the channel that the C probe uses.
//
//	main.go     settings, loading, calls in order, shutdown, end token
//	channel.go  frames over descriptor 3
//	calls.go    calls into the plugin, in order and beside each other
//	host.go     what the plugin asks its host
//	abi.go      the C side: table, dlopen, calls through function pointers
//
// Two runtimes in one process are what it is for: signals, stacks and threads are those of a Go program. It has no
// guard pages, ledgers or experiments.
package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Phases as src/runtime/wire/recorder.ts numbers them.
const (
	phaseLoad = iota + 1
	phaseInit
	phaseIdle
	phaseShutdown
	phaseExit
)

func main() {
	if os.Getenv(channelVariable) == "" {
		fmt.Fprintln(os.Stderr, "cpex gohost: this program is started by cpex, and has no use of its own")
		os.Exit(70)
	}
	if err := openChannel(); err != nil {
		fmt.Fprintln(os.Stderr, "cpex gohost:", err)
		os.Exit(70)
	}
	start, err := nextFrame()
	if err != nil {
		os.Exit(70)
	}
	if start.kind != kindStart {
		fault("settings have to come first")
	}
	rules := readSettings(start.body)
	go readFrames()
	if os.Getenv(busyVariable) == "1" {
		go work()
	}
	// The plugin sees the environment that it would see elsewhere.
	_ = os.Unsetenv(busyVariable)
	if refusal := loadPlugin(rules); refusal != nil {
		refuse(refusal)
		return
	}
	reportPhase(phaseIdle)
	send(frame{kind: kindReady, a: float64(pluginVersion())})

	stop := serveCalls()
	reportPhase(phaseShutdown)
	send(frame{kind: kindShuttingDown})
	shutDownPlugin()
	closeHost()
	time.Sleep(time.Duration(stop.a * float64(time.Millisecond)))
	reportPhase(phaseExit)
	send(frame{kind: kindEnd, body: stop.body})
	// As a Go program ends: no destructor of a library runs.
	os.Exit(0)
}

// readFrames hands out what comes. The end of the channel is the end of the process, whatever the plugin is doing.
func readFrames() {
	for {
		one, err := nextFrame()
		if err != nil {
			endGroup()
		}
		switch {
		case one.kind == kindStart:
			fault("settings came twice")
		case one.kind == kindAnswer, one.flags&flagNested != 0:
			takeForHost(one)
		default:
			takeCall(one)
		}
	}
}

// busyVariable asks for work of the host's own beside that of the plugin.
const busyVariable = "CPEX_GOHOST_BUSY"

// work is what a host in Go does all the time: it runs goroutines for so long that they have to be interrupted, which
// Go does by a signal to their threads, and it collects garbage, which stops them all.
func work() {
	for {
		for until := time.Now().Add(15 * time.Millisecond); time.Now().Before(until); {
			for i := 0; i < 1_000_000; i++ {
				idle += i
			}
		}
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
	}
}

// idle keeps the compiler from taking the work away.
var idle int

// rules says how the profile's host loads a plugin.
type rules struct {
	artefact, entry  string
	abiVersion       uint32
	optionalShutdown bool
	optionalResponse bool
	shutdownRefused  bool
}

func readSettings(body []byte) rules {
	words := bytes.Split(body, []byte{0})
	values := map[string]string{}
	for i := 0; i+1 < len(words); i += 2 {
		values[string(words[i])] = string(words[i+1])
	}
	version, err := strconv.ParseUint(values["abiVersion"], 10, 32)
	if err != nil || values["artefact"] == "" || values["entry"] == "" {
		fault("settings are missing")
	}
	return rules{
		artefact:         values["artefact"],
		entry:            values["entry"],
		abiVersion:       uint32(version),
		optionalShutdown: values["optionalShutdown"] == "1",
		optionalResponse: values["optionalResponse"] == "1",
		shutdownRefused:  values["shutdownRefused"] == "1",
	}
}

// refusal is the step of loading that failed, with the facts; cpex puts them into words.
type refusal struct {
	stage, detail string
	code          int32
	hasCode       bool
}

func refuse(why *refusal) {
	one := frame{kind: kindRefused, code: why.code, method: why.stage, body: []byte(why.detail)}
	if why.hasCode {
		one.b = 1
	}
	send(one)
}

// loadPlugin takes the steps of every host of this ABI: open, find the entry, call it, compare versions, judge the
// table.
func loadPlugin(with rules) *refusal {
	reportPhase(phaseLoad)
	entry, why := openLibrary(with.artefact, with.entry)
	if why != nil {
		return why
	}
	makeHostTable(with)
	reportPhase(phaseInit)
	code := callEntry(entry)
	why = judgeTable(with, code)
	if why != nil && with.shutdownRefused && hasShutdown() {
		reportPhase(phaseShutdown)
		shutDownPlugin()
	}
	return why
}

func judgeTable(with rules, code int32) *refusal {
	if code != 0 {
		return &refusal{stage: "init", code: code, hasCode: true}
	}
	if version := pluginVersion(); version != with.abiVersion {
		return &refusal{stage: "version", code: int32(version), hasCode: true}
	}
	if missing := missingFunctions(with.optionalShutdown); len(missing) > 0 {
		return &refusal{stage: "table", detail: strings.Join(missing, ", ")}
	}
	return nil
}

func reportPhase(phase int32) {
	send(frame{kind: kindPhase, code: phase})
}
