package main

import (
	"testing"

	"sample-plugin/internal/cpex"
	"sample-plugin/internal/cpex/cpextest"
)

func TestRegisters(t *testing.T) {
	plugin := cpextest.Start(t)

	got := plugin.Registration()
	if got.Metadata.Name != cpex.PluginName || got.Metadata.GitHubRepository == "" {
		t.Errorf("registered as %+v", got.Metadata)
	}
	if got.SchemaVersion != cpex.PluginSchemaVersion {
		t.Errorf("registered with schema version %d, want %d", got.SchemaVersion, cpex.PluginSchemaVersion)
	}
}
