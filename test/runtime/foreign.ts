import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { cacheFolder, probeFor } from '../../src/build/probe.js';
import type { Engine } from '../../src/model/session.js';
import type { TargetName } from '../../src/model/target.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { probeEngine } from '../../src/runtime/probe/engine.js';
import type { ReadyProbe } from '../../src/runtime/probe/program.js';
import { findRunner } from '../../src/runtime/runner.js';
import { readyProbe } from '../../src/runtime/runner-ready.js';
import { findTool } from '../../src/support/find-tool.js';

/** Compilers of Debian for each target that can run on its x86-64, with what they need for a plugin. */
const COMPILERS = {
  'linux-x64': ['gcc', '-fPIC', '-pthread'],
  'linux-arm64': ['aarch64-linux-gnu-gcc', '-fPIC', '-pthread'],
  'linux-x64-musl': ['musl-gcc', '-fPIC', '-pthread'],
  'windows-x64': ['x86_64-w64-mingw32-gcc'],
} as const satisfies Partial<Record<TargetName, readonly string[]>>;
export type ForeignTarget = keyof typeof COMPILERS;
export const FOREIGN = Object.keys(COMPILERS) as ForeignTarget[];

/** Why plugins for a target cannot be tried here; undefined where they can. */
export async function lacking(target: ForeignTarget): Promise<string | undefined> {
  const [compiler] = COMPILERS[target];
  if ((await findTool(compiler, process.env)) === undefined) return `skipped: ${compiler} is not installed`;
  const runner = await findRunner(TARGETS[target], process.env);
  if (runner.state === 'found') return undefined;
  return `skipped: ${runner.state === 'missing' ? `${runner.what} is not installed` : runner.reason}`;
}

/** Compiles the plugin that all systems can have. */
export function compilePortable(target: ForeignTarget, folder: string): string {
  const [compiler, ...flags] = COMPILERS[target];
  const file = path.join(folder, `portable-${target}${TARGETS[target].libraryExtension}`);
  const source = path.join(import.meta.dirname, 'plugins', 'portable.c');
  const args = ['-std=c11', '-D_POSIX_C_SOURCE=200809L', '-Wall', '-Wextra', '-Werror', '-O1', '-shared'];
  execFileSync(compiler, [...args, ...flags, '-o', file, source], { stdio: 'inherit' });
  return file;
}

/** The probe for a target with its runner, from the cache that users have: wine's folder is made only once. */
export async function foreignProbe(target: ForeignTarget): Promise<ReadyProbe> {
  const program = await probeFor(TARGETS[target], { env: process.env });
  return readyProbe(program, { cache: cacheFolder(process.env), env: process.env });
}

export async function foreignEngine(target: ForeignTarget): Promise<Engine> {
  const ready = await foreignProbe(target);
  return probeEngine(async () => ready);
}
