import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BuildOptions } from '../../src/build/build-model.js';
import type { RunContext } from '../../src/model/context.js';
import type { CpexEvent } from '../../src/model/event.js';
import type { Manifest, Project } from '../../src/model/manifest.js';
import type { Language } from '../../src/model/target.js';

const made: string[] = [];

/** A fresh folder, removed by {@link removeFolders}. */
export function freshFolder(name = 'project'): string {
  const parent = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-build-test-')));
  made.push(parent);
  const folder = path.join(parent, name);
  mkdirSync(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

const FILES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  c: {
    'CMakeLists.txt': `cmake_minimum_required(VERSION 3.20)
project(tiny VERSION 1.0.0 LANGUAGES C)
add_library(tiny SHARED src/plugin.c)
set_target_properties(tiny PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden)
`,
    'src/plugin.c': `#include "../cpex/identity.h"
#define EXPORT __attribute__((visibility("default")))
const char *where(void) { return __FILE__ CPEX_PLUGIN_ID; }
EXPORT int cpex_plugin_init(const void *host, void *plugin) { return host == plugin ? 1 : where()[0]; }
`,
  },
  go: {
    'go.mod': 'module tiny\n\ngo 1.21\n',
    'main.go': `package main

import "C"
import (
	"unsafe"

	"tiny/internal/cpex"
)

//export cpex_plugin_init
func cpex_plugin_init(host, plugin unsafe.Pointer) C.int { return C.int(len(cpex.PluginID)) }

func main() {}
`,
  },
  rust: {
    'Cargo.toml': `[package]
name = "tiny"
version = "1.0.0"
edition = "2024"
rust-version = "1.85"

[lib]
crate-type = ["cdylib"]

[profile.release]
strip = true
`,
    'Cargo.lock': `version = 4

[[package]]
name = "tiny"
version = "1.0.0"
`,
    'src/lib.rs': `mod cpex;

#[unsafe(no_mangle)]
pub extern "C" fn cpex_plugin_init(_host: *const u8, _plugin: *mut u8) -> i32 {
    cpex::identity::PLUGIN_ID.len() as i32
}
`,
    'src/cpex/mod.rs': '#[allow(dead_code)]\npub mod identity;\n',
  },
};

/** The file with the entry function of each tiny project. */
export const LOGIC: Readonly<Record<Language, string>> = { c: 'src/plugin.c', go: 'main.go', rust: 'src/lib.rs' };

/** A small project of one file that exports the entry symbol and does nothing else. */
export function tinyProject(language: Language, root = freshFolder(), manifest: Partial<Manifest> = {}): Project {
  for (const [file, content] of Object.entries(FILES[language])) write(root, file, content);
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
      host: 'cpex',
      capabilities: ['hook:tool_pre_invoke'],
      ...manifest,
    },
  };
}

export function write(root: string, file: string, content: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}

export function optionsFor(project: Project, changes: Partial<BuildOptions> = {}): BuildOptions {
  return {
    project,
    targets: [],
    mode: 'release',
    force: false,
    verbose: false,
    extra: [],
    dryRun: false,
    ...changes,
  };
}

export interface TestContext extends RunContext {
  readonly events: CpexEvent[];
  readonly abort: () => void;
}

export function testContext(env: RunContext['env'] = process.env): TestContext {
  const events: CpexEvent[] = [];
  const controller = new AbortController();
  return {
    cwd: tmpdir(),
    env,
    emit: (event) => void events.push(event),
    signal: controller.signal,
    interactive: false,
    events,
    abort: () => controller.abort(),
  };
}

const NEEDS: Readonly<Record<Language, readonly string[]>> = {
  c: ['cc', 'cmake'],
  go: ['cc', 'go'],
  rust: ['cc', 'cargo'],
};

/** Why tests of a language are skipped on this machine; undefined when its tools are there. */
export function missingFor(language: Language): string | undefined {
  const missing = NEEDS[language].filter(
    (tool) => spawnSync(tool, [tool === 'go' ? 'version' : '--version']).status !== 0,
  );
  return missing.length === 0 ? undefined : `no ${missing.join(', no ')}`;
}

/** Replaces a text that must be there. */
export function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
}
