#!/usr/bin/env node
// The README's test command: everything that must hold before a change lands. Works from a bare
// clone; needs Node and npm, uses the compilers that are there and names the ones that are not.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepare, root } from './prepare.mjs';
import { consoleTable } from './targets.mjs';

const STATIC = [
  ['types', 'tsc', ['--noEmit']],
  ['format and lint', 'biome', ['check']],
  ['layers', 'depcruise', ['src', '--config', '.dependency-cruiser.cjs']],
  ['generated pages of docs/ are fresh', process.execPath, ['scripts/docs.mjs', '--check']],
  ['docs/targets.md is fresh', process.execPath, ['scripts/targets.mjs', '--check']],
  ['bindings are fresh', process.execPath, ['scripts/generate-bindings.mjs', '--check']],
];

function bin(name) {
  return path.isAbsolute(name) ? name : path.join(root, 'node_modules', '.bin', name);
}

function run(title, command, args, env = {}) {
  const started = Date.now();
  const { status } = spawnSync(bin(command), args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${title} (${seconds} s)`);
  return status === 0;
}

/** What the test run wrote, or undefined when it did not get that far. */
function readSummary(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

prepare();
const count = { passed: 0, failed: 0, skipped: 0 };
for (const [title, command, args] of STATIC) count[run(title, command, args) ? 'passed' : 'failed']++;

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-check-'));
const summaryFile = path.join(folder, 'summary.json');
const targetsFile = path.join(folder, 'targets.json');
const files = { CPEX_TEST_SUMMARY: summaryFile, CPEX_TEST_TARGETS: targetsFile };
const good = run('tests', 'vitest', ['run', ...process.argv.slice(2)], files);
const summary = readSummary(summaryFile);
const targets = readSummary(targetsFile);
rmSync(folder, { recursive: true, force: true });
if (summary !== undefined) {
  count.passed += summary.passed;
  count.failed += summary.failures.length;
  count.skipped += summary.skipped.length;
  for (const { name, reason } of summary.skipped) console.log(`skipped: ${name} (${reason})`);
  for (const { name, message } of summary.flaky) {
    console.log(`flaky: ${name} (failed, then passed when tried again): ${message}`);
  }
  for (const { name, message } of summary.failures) console.log(`failed: ${name}: ${message}`);
}
// A crash of the runner, or an error outside of any test, is a failure too.
if (!good && (summary?.failures.length ?? 0) === 0) count.failed++;
if ((summary?.passed ?? 0) === 0) count.failed++;
if (targets !== undefined) console.log(`\n${consoleTable(targets)}\n`);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
