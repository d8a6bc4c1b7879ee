import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunContext } from '../../src/model/context.js';
import type { CpexEvent } from '../../src/model/event.js';
import type { NewRequest } from '../../src/scaffold/complete-answers.js';
import { newProject } from '../../src/scaffold/new-project.js';

/** A folder with a space and letters beyond ASCII in its name, and the way to remove it. */
export async function workFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cpex wörk 日本 ')));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface TestContext extends RunContext {
  readonly events: CpexEvent[];
}

export function testContext(cwd: string, rest: Partial<RunContext> = {}): TestContext {
  const events: CpexEvent[] = [];
  const env = { PATH: process.env.PATH, HOME: cwd, USER: 'ada', GIT_CONFIG_NOSYSTEM: '1' };
  const emit = (event: CpexEvent) => void events.push(event);
  return { cwd, env, emit, signal: new AbortController().signal, interactive: false, events, ...rest };
}

/** `cpex new` with few words. */
export function make(
  request: NewRequest,
  context: RunContext,
  options: { force?: boolean; overwrite?: boolean; dryRun?: boolean } = {},
) {
  return newProject({ git: false, ...request }, { force: false, overwrite: false, dryRun: false, ...options }, context);
}

/** Every path below a folder, sorted; folders end in a slash. */
export async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map(
      (entry) => `${path.relative(folder, path.join(entry.parentPath, entry.name))}${entry.isDirectory() ? '/' : ''}`,
    )
    .sort();
}

/** Path → content of every file below a folder. */
export async function contents(folder: string): Promise<Record<string, string>> {
  const files = (await tree(folder)).filter((name) => !name.endsWith('/'));
  const pairs = files.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(pairs));
}
