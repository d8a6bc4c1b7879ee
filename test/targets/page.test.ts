import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../shell/cli.js';
import type { PairResult } from './results.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-targets-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function script(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/targets.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

it('docs/targets.md is what the sources say', () => {
  expect(script('--check')).toEqual({ status: 0, stdout: '', stderr: '' });
});

it('the table of a run says how each pair came out, and why', () => {
  const pairs: readonly PairResult[] = [
    { language: 'c', target: 'linux-arm64', state: 'run', tool: 'zig 0.17.1', runner: 'qemu-aarch64', seconds: 3.4 },
    { language: 'go', target: 'linux-arm64', state: 'built', tool: 'zig 0.17.1', reason: 'qemu is missing' },
    { language: 'rust', target: 'linux-arm64', state: 'skipped', reason: 'no standard library' },
    { language: 'c', target: 'linux-x64-musl', state: 'failed' },
    { language: 'go', target: 'linux-x64-musl', state: 'impossible', reason: 'threads' },
  ];
  const file = path.join(folder, 'results.json');
  writeFileSync(file, JSON.stringify({ v: 1, date: '2026-01-02', host: 'linux-x64', tools: {}, pairs }));
  expect(script('--table', file)).toEqual({
    status: 0,
    stderr: '',
    stdout: `                C                        Go          Rust
linux-arm64     run (qemu-aarch64), zig  built, zig  skipped
linux-x64-musl  FAILED                   impossible  ?
time of the build: C 3 s
built, not run: qemu is missing: Go × linux-arm64
skipped: no standard library: Rust × linux-arm64
`,
  });
});
