import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunContext } from '../../../src/model/context.js';
import type { CpexEvent } from '../../../src/model/event.js';
import { type AdoptRequest, adoptProject } from '../../../src/scaffold/adopt/service.js';

const made: string[] = [];

/** A fresh folder below one of its own, removed by {@link removeRepositories}. */
export function freshFolder(name: string): string {
  const parent = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-adopt-test-')));
  made.push(parent);
  const folder = path.join(parent, name);
  mkdirSync(folder);
  return folder;
}

export function removeRepositories(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A copy of one of the repositories in `repos/`, under version control like the real ones. */
export function repository(name: string, options: { readonly tag?: string; readonly remote?: string } = {}): string {
  const folder = freshFolder(name);
  cpSync(path.join(import.meta.dirname, 'repos', name), folder, { recursive: true });
  git(folder, 'init', '--quiet');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '--message=First');
  if (options.tag !== undefined) git(folder, 'tag', options.tag);
  if (options.remote !== undefined) git(folder, 'remote', 'add', 'origin', options.remote);
  return folder;
}

/** Runs git as somebody whose configuration no machine has. */
export function git(folder: string, ...args: string[]): string {
  const who = ['-c', 'user.name=Grace Committer', '-c', 'user.email=grace@example.org', '-c', 'commit.gpgsign=false'];
  const { status, stdout, stderr } = spawnSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8', env: ENV });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const ENV = { PATH: process.env.PATH, HOME: tmpdir(), GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };

/** A folder with these files. */
export function folderWith(files: Readonly<Record<string, string>>, name = 'repo'): string {
  const folder = freshFolder(name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

export interface TestContext extends RunContext {
  readonly events: CpexEvent[];
}

export function testContext(cwd: string): TestContext {
  const events: CpexEvent[] = [];
  const { USER, USERNAME, ...rest } = process.env;
  const env = { ...rest, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const emit = (event: CpexEvent) => void events.push(event);
  return { cwd, env, emit, signal: new AbortController().signal, interactive: false, events };
}

/** `cpex adopt` in a folder. */
export function adopt(folder: string, request: Partial<AdoptRequest> = {}, context = testContext(folder)) {
  return adoptProject({ build: true, dryRun: false, force: false, ...request }, context);
}

/** Why tests of a language are skipped here; undefined when its tools are there. */
export function missingTools(...tools: readonly string[]): string | undefined {
  const missing = tools.filter((tool) => spawnSync(tool, [tool === 'go' ? 'version' : '--version']).status !== 0);
  return missing.length === 0 ? undefined : `no ${missing.join(', no ')}`;
}
