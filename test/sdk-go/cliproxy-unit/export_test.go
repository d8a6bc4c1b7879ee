package cpex

import "encoding/json"

// Handlers are those of a test; nil for what it does not need.
type Handlers struct {
	Executor        Executor
	Scheduler       Scheduler
	UsagePlugin     UsagePlugin
	RequestComplete RequestLifecyclePlugin
}

// Replace puts handlers in the place of Serve, and returns the way back.
func Replace(given Handlers) (restore func()) {
	oldServed, oldNames := served, pluginCapabilities
	setup.mu.Lock()
	oldServe, oldMistakes := setup.served, setup.mistakes
	setup.served, setup.mistakes = true, nil
	setup.mu.Unlock()
	served = handlers{
		executor:               given.Executor,
		scheduler:              given.Scheduler,
		usagePlugin:            given.UsagePlugin,
		requestLifecyclePlugin: given.RequestComplete,
	}
	pluginCapabilities = nil
	return func() {
		served, pluginCapabilities = oldServed, oldNames
		setup.mu.Lock()
		defer setup.mu.Unlock()
		setup.served, setup.mistakes = oldServe, oldMistakes
		setup.description, setup.onConfigure, setup.onShutdown = Description{}, nil, nil
	}
}

// Expect makes cpex.yaml name these capabilities.
func Expect(names ...string) { pluginCapabilities = names }

// ServeTwice is what an author should not do.
func ServeTwice() { serve(handlers{}) }

// Unserve is a plugin whose author forgot to call Serve.
func Unserve() {
	setup.mu.Lock()
	defer setup.mu.Unlock()
	setup.served = false
}

// Failure is the envelope of an error.
func Failure(err error) []byte { return plain.Failure(err) }

// Again reads a body as the SDK does and writes it again.
func Again(body []byte, into any) ([]byte, error) {
	if err := decode(body, into); err != nil {
		return nil, err
	}
	return json.Marshal(into)
}
