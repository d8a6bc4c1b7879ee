import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sourcePlaces } from '../../src/runtime/probe/symbols.js';
import { missingTools } from '../testing/support/compile.js';

const missing = process.platform === 'linux' ? missingTools('cc', 'strip', 'nm', 'addr2line') : 'not Linux';
const folder = mkdtempSync(path.join(tmpdir(), 'cpex-symbols-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = path.join(folder, 'whole.so');
const stripped = path.join(folder, 'stripped.so');
const source = path.join(folder, 'plugin.c');
let inner = '';

beforeAll(() => {
  if (missing !== undefined) return;
  writeFileSync(
    source,
    `int entry(int n) { return n; }
static __attribute__((noinline)) int inner(int n) { return n * n; }
__attribute__((visibility("hidden"))) int (*keep)(int) = inner;
`,
  );
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-fno-toplevel-reorder', '-o', whole, source]);
  const names = execFileSync('nm', [whole], { encoding: 'utf8' });
  inner = `0x${/^0*([0-9a-f]+) t inner$/m.exec(names)?.[1]}`;
  execFileSync('strip', ['-o', stripped, whole]);
});

it.skipIf(missing !== undefined)(`names a function that is no export (${missing ?? 'with binutils'})`, async () => {
  expect([...(await sourcePlaces(whole, [inner]))]).toEqual([[inner, { name: 'inner' }]]);
});

it.skipIf(missing !== undefined)(
  `takes no export for the function behind it (${missing ?? 'with binutils'})`,
  async () => {
    expect([...(await sourcePlaces(stripped, [inner]))]).toEqual([[inner, {}]]);
  },
);
