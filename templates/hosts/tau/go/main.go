// Command sample-plugin is a process that a tau host starts and speaks with: build it with `cpex build`.
// The plugin itself is in plugin.go.
package main

import "sample-plugin/internal/cpex"

func main() { cpex.Run(plugin()) }
