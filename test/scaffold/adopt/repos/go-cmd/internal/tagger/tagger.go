// Package tagger decides which header a request gets.
package tagger

// Version of the plugin.
const Version = "2.3.1"

// Header is the name and value that every request is tagged with.
func Header() (string, []string) { return "X-Tagged-By", []string{"header-tagger " + Version} }
