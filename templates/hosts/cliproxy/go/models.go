// cpex:if model_registrar|model_provider
package main

import "sample-plugin/internal/cpex"

// models is what the plugin offers.
func models() []cpex.ModelInfo {
	return []cpex.ModelInfo{{
		ID:          "sample-plugin-1",
		Object:      "model",
		OwnedBy:     cpex.PluginID,
		Type:        cpex.PluginID,
		DisplayName: "Sample 1",
	}}
}

// cpex:end
