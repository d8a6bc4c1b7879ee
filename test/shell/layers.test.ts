import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from './cli.js';

let folder: string;

/** A copy of the sources, so that a forbidden import can be planted. */
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cpex-layers-'));
  for (const name of ['src', 'schemas', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function cruise() {
  const script = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [script, 'src', '--config', '.dependency-cruiser.cjs'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, stdout };
}

it('finds nothing in the sources as they are', () => {
  expect(cruise()).toMatchObject({ status: 0 });
});

/** File, what it says, and the rule that forbids it. */
const PLANTED: readonly (readonly [file: string, text: string, rule: string])[] = [
  ['src/support/planted.ts', "import '../report/error-text.js';\n", 'no-upward-import-from-support'],
  [
    'src/hosts/planted.ts',
    "import type { SessionFailure } from '../runtime/failure.js';\nexport type A = SessionFailure;\n",
    'hosts-and-runtime-are-strangers',
  ],
  [
    'src/runtime/planted.ts',
    "export { findProfile } from '../hosts/registry.js';\n",
    'runtime-and-hosts-are-strangers',
  ],
  ['src/commands/planted-package.ts', "import 'execa';\n", 'heavy-packages-stay-lazy'],
  [
    'src/commands/planted-index.ts',
    "import { Command } from '@oclif/core';\nexport { Command };\n",
    'narrow-oclif-imports',
  ],
  ['src/build/planted.ts', "export const ask = () => import('@inquirer/prompts');\n", 'prompts-by-name'],
  ['src/build/engine.ts', "import '../runtime/probe/engine.js';\n", 'formats-and-probe-on-demand'],
  ['src/model/planted.ts', "import './planted-back.js';\nexport const there = 1;\n", 'no-circle'],
  ['src/model/planted-back.ts', "import './planted.js';\nexport const back = 1;\n", 'no-circle'],
];

// All at once: every run reads all sources.
it('sees each forbidden import that is planted', () => {
  for (const [file, text] of PLANTED) writeFileSync(path.join(folder, file), text);
  const { status, stdout } = cruise();
  expect(status).not.toBe(0);
  // An error is told as `error rule: from → to`, a circle once, from either of its files.
  for (const [file, , rule] of PLANTED) {
    const place = rule === 'no-circle' ? 'src/model/planted' : file;
    expect(stdout.split('\n')).toContainEqual(expect.stringMatching(`${rule}: ${place}`));
  }
});
