package main

import (
	"sync"
	"time"
)

// mostBeside is how many calls may run beside each other.
const mostBeside = 64

var (
	inOrder = newQueue()
	beside  = newQueue()
	running sync.WaitGroup
	workers int
	waiting sync.Mutex
)

// queue is a list without bound of frames, with one reader.
type queue struct {
	lock   sync.Mutex
	news   *sync.Cond
	frames []frame
}

func newQueue() *queue {
	one := &queue{}
	one.news = sync.NewCond(&one.lock)
	return one
}

func (q *queue) push(one frame) {
	q.lock.Lock()
	q.frames = append(q.frames, one)
	q.lock.Unlock()
	q.news.Signal()
}

// pop waits for a frame.
func (q *queue) pop() frame {
	q.lock.Lock()
	defer q.lock.Unlock()
	for len(q.frames) == 0 {
		q.news.Wait()
	}
	one := q.frames[0]
	q.frames = q.frames[1:]
	return one
}

// takeCall queues what runs in order, and starts what may run beside it on a goroutine of its own.
func takeCall(one frame) {
	if one.kind != kindCall || one.flags&flagConcurrent == 0 {
		inOrder.push(one)
		return
	}
	waiting.Lock()
	defer waiting.Unlock()
	if workers >= mostBeside {
		beside.push(one)
		return
	}
	workers++
	running.Add(1)
	go makeBeside(one)
}

// makeBeside makes calls until none waits.
func makeBeside(one frame) {
	defer running.Done()
	for {
		makeCall(one)
		waiting.Lock()
		if len(beside.frames) == 0 {
			workers--
			waiting.Unlock()
			return
		}
		one = beside.pop()
		waiting.Unlock()
	}
}

// serveCalls makes the calls that come in order until cpex says stop, whose frame it returns once the calls beside
// them are over.
func serveCalls() frame {
	for {
		one := inOrder.pop()
		switch one.kind {
		case kindStop:
			running.Wait()
			return one
		case kindCall:
			makeCall(one)
		case kindLoop:
			makeLoop(one)
		default:
			fault("a frame of a kind that this host does not know")
		}
	}
}

func makeCall(one frame) {
	send(frame{kind: kindBegin, id: one.id})
	asked := newRequest(one.method, one.body)
	started := time.Now()
	said := callPlugin(asked, true)
	took := time.Since(started)
	asked.free()
	reply := frame{kind: kindReply, id: one.id, code: said.code, a: float64(took), b: float64(said.length), body: said.body}
	if said.isNull {
		reply.flags = flagNullPointer
	}
	send(reply)
}

// makeLoop makes the same call many times and replies once, with the total time and the last code.
func makeLoop(one frame) {
	send(frame{kind: kindBegin, id: one.id})
	copied := one.flags&flagCopied != 0
	asked := newRequest(one.method, one.body)
	var said answer
	started := time.Now()
	for i := 0.0; i < one.a; i++ {
		if copied {
			asked.free()
			asked = newRequest(one.method, one.body)
		}
		said = callPlugin(asked, copied)
	}
	took := time.Since(started)
	asked.free()
	send(frame{kind: kindReply, id: one.id, code: said.code, a: float64(took), b: float64(said.length)})
}
