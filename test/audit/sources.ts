/** A small Go plugin that uses enough of the run time to look like a real one. */
export const GO_SOURCE = `package main

import "C"

import (
	"encoding/json"
	"fmt"
)

//export cpex_plugin_init
func cpex_plugin_init(host, plugin uintptr) int32 {
	text, _ := json.Marshal(map[string]int{"a": 1})
	fmt.Println(string(text))
	return 0
}

func main() {}
`;

/** The same in Rust, with threads and panics. */
export const RUST_SOURCE = `
#[unsafe(no_mangle)]
pub extern "C" fn cpex_plugin_init(_host: *const u8, _plugin: *mut u8) -> i32 {
    std::panic::catch_unwind(|| std::thread::spawn(|| println!("hi")).join().is_ok()).map_or(1, |_| 0)
}
`;
