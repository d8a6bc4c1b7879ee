package main

import "sync"

// askFailed is the code of a request that cannot be answered.
const askFailed = 1

var (
	asking sync.Mutex
	// waiters are the goroutines of requests that wait for their answers, by id.
	waiters = map[uint32]*queue{}
	lastAsk uint32
	closed  bool
	// lenient: a request may come without a slot for its response.
	lenient bool
)

// askHost sends a request of the plugin to cpex and waits for the answer. A call that cpex wants made before it
// answers is made here, while the plugin waits.
func askHost(method string, body []byte) (int32, []byte) {
	if len(method) > maxMethod {
		return askFailed, nil
	}
	asking.Lock()
	late := closed
	lastAsk++
	id, own := lastAsk, newQueue()
	if !late {
		waiters[id] = own
	}
	asking.Unlock()
	if late {
		send(frame{kind: kindLateAsk, method: method, body: body})
		return askFailed, nil
	}
	send(frame{kind: kindAsk, id: id, method: method, body: body})
	for {
		got := own.pop()
		if got.kind != kindAnswer {
			makeCall(got)
			continue
		}
		asking.Lock()
		delete(waiters, id)
		asking.Unlock()
		return got.code, got.body
	}
}

// takeForHost hands an answer, or a call that comes before it, to the request that waits.
func takeForHost(one frame) {
	id := one.id
	if one.kind != kindAnswer {
		// A nested call names the request during which it comes in `a`.
		id = uint32(one.a)
	}
	asking.Lock()
	found := waiters[id]
	asking.Unlock()
	if found == nil {
		fault("an answer, or a call, for a request that nobody has made")
	}
	found.push(one)
}

// closeHost refuses and reports every request from now on.
func closeHost() {
	asking.Lock()
	closed = true
	asking.Unlock()
}
