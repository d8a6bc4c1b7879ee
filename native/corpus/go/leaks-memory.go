package main

// kept grows with every call: the garbage collector may take none of it away.
var kept [][]byte

func onHook() string {
	room := make([]byte, 4096)
	for i := range room {
		room[i] = 1
	}
	kept = append(kept, room)
	return allowed
}
