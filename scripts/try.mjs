#!/usr/bin/env node
// The README's first command: from a bare clone to installed plugins. Makes cpex ready, then
// scaffolds, builds, tests, runs and installs one plugin for each toolchain that is there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fail, prepare, root } from './prepare.mjs';

const NEEDS = { c: ['cc', 'cmake'], go: ['go', 'cc'], rust: ['cargo', 'cc'] };

function isThere(tool) {
  const args = tool === 'go' ? ['version'] : ['--version'];
  return spawnSync(tool, args, { stdio: 'ignore' }).status === 0;
}

/** Shows a command as a user would type it, and runs it. */
function cpex(folder, ...args) {
  const shown = args.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ');
  console.log(`\n$ cpex ${shown}`);
  const { status } = spawnSync(process.execPath, [path.join(root, 'bin', 'run.cjs'), ...args], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`\ncpex ${args[0]} ended with ${status}.`);
    process.exit(status ?? 1);
  }
}

prepare();
const folder = mkdtempSync(path.join(tmpdir(), 'cpex-try-'));
const plugins = path.join(folder, 'plugins');
const done = [];
for (const [lang, tools] of Object.entries(NEEDS)) {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length > 0) {
    console.log(`\n${lang}: skipped, ${missing.join(' and ')} missing (cpex doctor says how to install it)`);
    continue;
  }
  const name = `hello-${lang}`;
  const project = path.join(folder, name);
  const capabilities = ['--capability', 'hook:tool_pre_invoke', '--capability', 'command:greet'];
  cpex(folder, 'new', name, '--lang', lang, '--author', 'You', '--no-git', ...capabilities);
  cpex(project, 'build');
  cpex(project, 'test');
  cpex(project, 'run', 'command', 'greet');
  cpex(project, 'install', '--to', plugins);
  done.push(lang);
}
if (done.length === 0) fail('No toolchain was found: install cmake and a C compiler, or Go, or Rust, and try again.');
cpex(folder, 'list', '--to', plugins);
console.log(`\nDone for ${done.join(', ')}. Everything lies in ${folder}; remove it when you have looked around.`);
