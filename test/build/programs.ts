import path from 'node:path';
import type { Manifest, Project } from '../../src/model/manifest.js';
import type { Language } from '../../src/model/target.js';
import { freshFolder, write } from './projects.js';

/** Sources of a program that prints one line, in each language. */
const FILES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  c: {
    'CMakeLists.txt': `cmake_minimum_required(VERSION 3.20)
project(tiny VERSION 1.0.0 LANGUAGES C)
add_executable(tiny src/main.c)
`,
    'src/main.c': '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n',
  },
  go: {
    'go.mod': 'module tiny\n\ngo 1.21\n',
    'main.go': `package main

import (
	"fmt"
	"net"
)

func main() {
	_ = net.IPv4len
	fmt.Println("hello")
}
`,
  },
  rust: {
    'Cargo.toml': `[package]
name = "tiny"
version = "1.0.0"
edition = "2024"
rust-version = "1.85"

[profile.release]
strip = true
`,
    'Cargo.lock': 'version = 4\n\n[[package]]\nname = "tiny"\nversion = "1.0.0"\n',
    'src/main.rs': `fn main() {
    let text = std::thread::spawn(|| "hello").join();
    println!("{}", text.unwrap_or("no thread"));
}
`,
  },
};

/** The file with `main` in each. */
export const MAIN: Readonly<Record<Language, string>> = { c: 'src/main.c', go: 'main.go', rust: 'src/main.rs' };

/** A small project for a host that starts its plugins. */
export function programProject(language: Language, manifest: Partial<Manifest> = {}): Project {
  const root = freshFolder();
  for (const [file, text] of Object.entries(FILES[language])) write(root, file, text);
  write(root, 'cpex.yaml', 'manifest: 1\n');
  return {
    root,
    file: path.join(root, 'cpex.yaml'),
    manifest: {
      manifest: 1,
      id: 'tiny',
      version: '1.0.0',
      author: 'A. Author',
      language,
      host: 'tau',
      capabilities: [],
      build: { identity: false },
      ...manifest,
    },
  };
}
