// Command sample-plugin is a shared library: build it with `cpex build`, or as
// a program with `cpex build --as process`. The plugin itself is in plugin.go.
package main

import "sample-plugin/internal/cpex"

// main is never called in a shared library.
func main() { cpex.Serve() }
