// Package pb is the Go code of the files in proto/. After a change there, run
// `go generate ./...`; it needs no protoc.
package pb

//go:generate go run -C ../protogen . -from ../../proto -to ../pb -package sample-plugin/internal/pb
