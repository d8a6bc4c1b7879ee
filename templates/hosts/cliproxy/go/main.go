// Command sample-plugin is a shared library: build it with `cpex build`.
// The plugin itself is in plugin.go and the files named after its capabilities.
package main

// main is never called; Go wants one in every package main.
func main() {}
