import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { findTool } from '../../src/support/find-tool.js';
import { freshFolder, missingFor, removeFolders, tinyProject, write } from './projects.js';

afterAll(removeFolders);

const BIN = path.resolve('bin/run.cjs');
const MANIFEST = `manifest: 1
id: tiny
version: "1.0.0"
author: A. Author
language: c
host: cpex
capabilities: ["hook:tool_pre_invoke"]
`;

function cpex(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [BIN, ...args], { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
}

function project(): string {
  const { root } = tinyProject('c');
  write(root, 'cpex.yaml', MANIFEST);
  return root;
}

describe('cpex doctor', () => {
  it('ends with 3 when the language of the project cannot be built, and with 0 when any other will do', async () => {
    const bin = freshFolder('bin');
    for (const name of ['gcc', 'cmake', 'make', 'as', 'ld', 'sh']) {
      const real = await findTool(name, process.env);
      if (real !== undefined) symlinkSync(real, path.join(bin, name));
    }
    if (missingFor('c') !== undefined) return;
    const outside = cpex(['doctor', '--json'], bin, { PATH: bin });
    expect(outside.status).toBe(0);
    expect(JSON.parse(outside.stdout)).toMatchObject({ v: 1, command: 'doctor', ok: true });
    const inside = project();
    write(inside, 'cpex.yaml', MANIFEST.replace('language: c', 'language: rust'));
    expect(cpex(['doctor'], inside, { PATH: bin }).status).toBe(3);
    expect(cpex(['doctor', '--lang', 'c'], inside, { PATH: bin }).status).toBe(0);
  });
});

describe.skipIf(missingFor('c') !== undefined || process.platform === 'win32')('cpex build', () => {
  it('prints one result on stdout and progress on stderr', () => {
    const root = project();
    const result = cpex(['build'], root);
    expect(result.stdout).toMatch(/^✓ dist\/\S+\/tiny\.so /);
    expect(result.stderr).toContain('Built');
    const json = JSON.parse(cpex(['build', '--json'], root).stdout);
    expect(json).toMatchObject({ ok: true, result: { ok: true, artefacts: [{ upToDate: true }] } });
  });

  it('shows the words of the tool before the error, once, with or without --verbose', () => {
    const root = project();
    write(root, 'src/plugin.c', 'int broken(void) { retrun 1; }\n');
    for (const flags of [[], ['--verbose']]) {
      const { status, stdout, stderr } = cpex(['build', ...flags], root);
      expect(status).toBe(1);
      expect(stdout).toBe('');
      expect(stderr.split("'retrun'").length + stderr.split('‘retrun’').length).toBeGreaterThan(2);
      expect(stderr.indexOf('retrun')).toBeLessThan(stderr.indexOf('CPEX_E_BUILD_FAILED'));
      expect(stderr.split('ninja: build stopped').length).toBeLessThanOrEqual(2);
    }
  });

  it('ends with 130 on Ctrl-C, without a temporary file', async () => {
    const root = project();
    const tools = freshFolder('tools');
    const marker = path.join(tools, 'marker');
    write(tools, 'slow', `#!/bin/sh\n[ "$1" = --version ] && exec gcc "$@"\n: > '${marker}'\nsleep 300\n`);
    chmodSync(path.join(tools, 'slow'), 0o755);
    const env = { ...process.env, CC: path.join(tools, 'slow') };
    const child = spawn(process.execPath, [BIN, 'build'], { cwd: root, env, stdio: 'ignore' });
    const ended = new Promise((done) => child.on('exit', (code) => done(code)));
    await vi.waitFor(() => expect(existsSync(marker)).toBe(true), { timeout: 30_000, interval: 20 });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const all = readdirSync(root, { recursive: true }) as string[];
    expect(all.filter((name) => name.endsWith('.tmp') || path.basename(name) === 'lock')).toEqual([]);
  });
});
