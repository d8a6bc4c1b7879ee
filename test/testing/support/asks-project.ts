import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const plugins = path.resolve(import.meta.dirname, '../../plugins');

/** Makes a project in C around test/plugins/asks.c, without any SDK. Returns its folder. */
export function asksProject(parent: string, name = 'asks', manifest = ''): string {
  const root = path.join(parent, name);
  mkdirSync(path.join(root, 'src'), { recursive: true });
  const corpus = path.resolve(plugins, '../../native/corpus/c');
  for (const header of readdirSync(corpus).filter((name) => name.endsWith('.h'))) {
    cpSync(path.join(corpus, header), path.join(root, 'src', header));
  }
  cpSync(path.join(plugins, 'asks.c'), path.join(root, 'src', 'asks.c'));
  writeFileSync(
    path.join(root, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.20)
project(plugin VERSION 1.0.0 LANGUAGES C)
add_library(plugin SHARED src/asks.c)
set_target_properties(plugin PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden)
`,
  );
  writeFileSync(
    path.join(root, 'cpex.yaml'),
    `manifest: 1
id: plugin
version: 1.0.0
author: Tests
language: c
host: cpex
capabilities: ["hook:tool_pre_invoke", "command:greet"]
${manifest}`,
  );
  return root;
}

/** A question of the plugin to its host. */
export type Ask = readonly [method: string, request: unknown];

/** The payload that makes the plugin ask its host. */
export function asking(...asks: readonly Ask[]): string {
  const args = { asks: asks.map(([ask, request]) => ({ ask, with: request })) };
  return JSON.stringify({ name: 'x', args });
}
