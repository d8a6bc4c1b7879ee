package main

/*
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum { HIGH_DESCRIPTOR = 600 };

// Moves the channel where plugins that close or write to descriptors do not guess it. Its old number goes on to lead
// somewhere, so that it is not given out again.
static int move_up(int descriptor) {
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);
  if (moved < 0) moved = fcntl(descriptor, F_DUPFD_CLOEXEC, descriptor + 1);
  if (moved < 0) return -1;
  int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0) {
    close(descriptor);
  } else if (nothing != descriptor) {
    dup2(nothing, descriptor);
    close(nothing);
  }
  return moved;
}

// Only a group of its own: a host that was started by hand shares its with a shell.
static void kill_group(void) {
  if (getpgrp() == getpid()) kill(0, SIGKILL);
  _exit(1);
}
*/
import "C"

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
)

// channelVariable names the channel as fd:N. It is removed before a plugin can see it.
const channelVariable = "CPEX_PROBE_CHANNEL"

// Kinds of frames, as in src/runtime/wire/frame.ts.
const (
	kindCall         = 1
	kindReply        = 2
	kindLoop         = 3
	kindStop         = 7
	kindEnd          = 8
	kindReady        = 9
	kindRefused      = 10
	kindFault        = 11
	kindAsk          = 12
	kindAnswer       = 13
	kindLateAsk      = 14
	kindShuttingDown = 15
	kindStart        = 16
	kindPhase        = 17
	kindBegin        = 18
)

const (
	flagNullPointer = 2
	flagConcurrent  = 4
	flagCopied      = 8
	flagNested      = 16
)

const (
	headerSize = 32
	maxMethod  = 60_000
	maxBody    = 1 << 31
)

// frame is one message of the session protocol.
type frame struct {
	kind, flags byte
	id          uint32
	code        int32
	a, b        float64
	method      string
	body        []byte
}

var (
	channel  *os.File
	incoming *bufio.Reader
	writing  sync.Mutex
)

func openChannel() error {
	told := os.Getenv(channelVariable)
	if err := os.Unsetenv(channelVariable); err != nil {
		return err
	}
	number, err := strconv.Atoi(strings.TrimPrefix(told, "fd:"))
	if err != nil {
		return errors.New("the variable for the channel is not well formed")
	}
	moved := C.move_up(C.int(number))
	if moved < 0 {
		return errors.New("the channel's descriptor is not there")
	}
	channel = os.NewFile(uintptr(moved), "channel")
	incoming = bufio.NewReaderSize(channel, 64<<10)
	return nil
}

// send writes one frame whole, whichever goroutine asks. A peer that is gone is noticed by the reader.
func send(one frame) {
	head := make([]byte, headerSize, headerSize+len(one.method)+1)
	name := len(one.method) + 1
	binary.LittleEndian.PutUint32(head, uint32(name+len(one.body)))
	head[4], head[5] = one.kind, one.flags
	binary.LittleEndian.PutUint16(head[6:], uint16(name))
	binary.LittleEndian.PutUint32(head[8:], one.id)
	binary.LittleEndian.PutUint32(head[12:], uint32(one.code))
	binary.LittleEndian.PutUint64(head[16:], math.Float64bits(one.a))
	binary.LittleEndian.PutUint64(head[24:], math.Float64bits(one.b))
	head = append(append(head, one.method...), 0)
	if len(one.body) < 64<<10 {
		head = append(head, one.body...)
		one.body = nil
	}
	writing.Lock()
	defer writing.Unlock()
	if _, err := channel.Write(head); err == nil && len(one.body) > 0 {
		_, _ = channel.Write(one.body)
	}
}

// nextFrame reads one frame. A frame that is not well formed ends the process: nothing is taken on trust.
func nextFrame() (frame, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(incoming, head[:]); err != nil {
		return frame{}, err
	}
	length := uint64(binary.LittleEndian.Uint32(head[:]))
	name := uint64(binary.LittleEndian.Uint16(head[6:]))
	if name == 0 || name > length || name > maxMethod+1 || length-name > maxBody {
		fault("a frame whose lengths cannot be true")
	}
	one := frame{
		kind:  head[4],
		flags: head[5],
		id:    binary.LittleEndian.Uint32(head[8:]),
		code:  int32(binary.LittleEndian.Uint32(head[12:])),
		a:     math.Float64frombits(binary.LittleEndian.Uint64(head[16:])),
		b:     math.Float64frombits(binary.LittleEndian.Uint64(head[24:])),
	}
	rest := make([]byte, length)
	if _, err := io.ReadFull(incoming, rest); err != nil {
		return frame{}, err
	}
	if bytes.IndexByte(rest, 0) != int(name)-1 {
		fault("a frame with a method name that does not end where it should")
	}
	one.method, one.body = string(rest[:name-1]), rest[name:]
	return one, nil
}

// fault says that the host itself failed, and ends the process.
func fault(text string) {
	send(frame{kind: kindFault, body: []byte(text)})
	fmt.Fprintln(os.Stderr, "cpex gohost:", text)
	os.Exit(70)
}

// endGroup ends this process and what the plugin has started: cpex is gone.
func endGroup() {
	C.kill_group()
}
