import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Workbench } from './c-library.js';

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

/** Builds the Go plugin in a folder of the bench and returns the path of the library. */
export function buildGo(
  bench: Workbench,
  output: string,
  flags: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): string {
  const folder = bench.path('go');
  mkdirSync(folder, { recursive: true });
  bench.write('go/go.mod', 'module sample-plugin\n\ngo 1.19\n');
  bench.write('go/main.go', GO_SOURCE);
  const words = [
    'build',
    '-buildmode=c-shared',
    '-trimpath',
    '-buildvcs=false',
    ...flags,
    '-o',
    bench.path(output),
    '.',
  ];
  const env = { ...process.env, CGO_ENABLED: '1', GOTOOLCHAIN: 'local', ...variables };
  execFileSync('go', words, { cwd: folder, env });
  return bench.path(output);
}
