import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/support/package-root.js';
import { tree, workFolder } from './temporary.js';

const BIN = path.join(packageRoot(), 'bin', 'run.cjs');

let folder: Awaited<ReturnType<typeof workFolder>>;
beforeEach(async () => {
  folder = await workFolder();
});
afterEach(() => folder.remove());

function environment(rest: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: folder.path,
    USER: 'ada',
    CI: 'true',
    NO_COLOR: '1',
    CPEX_CODE_CACHE: 'off',
    ...rest,
  };
}

function cpex(args: readonly string[], rest: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: folder.path, env: environment(rest) }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe('cpex new, as a command', () => {
  it('prints the result on stdout and nothing on stderr', async () => {
    const { code, stdout, stderr } = await cpex(['new', 'p', '--lang', 'c']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Made p in p: \d+ files\. Your code goes into src\/plugin\.c\.\n\nNext:\n {2}cd p\n {2}cpex build\n {2}cpex test\n$/,
    );
  });

  it('prints one object with --json, also for an error', async () => {
    const good = await cpex(['new', 'p', '--lang', 'go', '--json', '--dry-run']);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, result: { id: 'p', dryRun: true, git: true } });
    const bad = await cpex(['new', 'p-v2', '--lang', 'go', '--json']);
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      ok: false,
      error: { code: 'CPEX_E_NEW_ID', remedy: 'cpex new p-2 --lang go' },
    });
    expect(await tree(folder.path)).toEqual([]);
  });

  it('lists all missing flags with their variables and exits with 2', async () => {
    const { code, stdout, stderr } = await cpex(['new']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('CPEX_NEW_NAME');
    expect(stderr).toContain('--lang c|go|rust (CPEX_NEW_LANG)');
  });

  it('takes every answer from the environment', async () => {
    const { code } = await cpex(['new'], {
      CPEX_NEW_NAME: 'p',
      CPEX_NEW_LANG: 'rust',
      CPEX_NEW_HOST: 'cpex',
      CPEX_NEW_CAPABILITY: 'command:hi,hook:elicit',
      CPEX_NEW_DIR: 'there',
      CPEX_NEW_GIT: 'false',
      CPEX_NEW_CI: 'none',
      CPEX_NEW_LICENSE: 'Unlicense',
      CPEX_NEW_AUTHOR: 'Somebody',
      CPEX_NEW_DESCRIPTION: 'Says hi.',
      CPEX_NEW_REPOSITORY: 'https://github.com/ada/p',
    });
    expect(code).toBe(0);
    const manifest = await readFile(path.join(folder.path, 'there/cpex.yaml'), 'utf8');
    expect(manifest).toContain('repository: https://github.com/ada/p\n');
    for (const line of [
      'id: p',
      'description: Says hi.',
      'author: Somebody',
      'license: Unlicense',
      '- command:hi',
      '- hook:elicit',
    ]) {
      expect(manifest).toContain(line);
    }
    expect(await tree(path.join(folder.path, 'there'))).not.toContain('.git/');
  });

  it.skipIf(process.platform === 'win32')('leaves nothing behind when Ctrl-C comes late', async () => {
    // A git that never ends holds the command at its last step.
    const bin = path.join(folder.path, 'bin');
    const mark = path.join(folder.path, 'bin', 'started');
    await mkdir(bin);
    await writeFile(path.join(bin, 'git'), `#!/bin/sh\necho $$ > '${mark}'\nexec sleep 60\n`);
    await chmod(path.join(bin, 'git'), 0o755);
    const env = environment({ PATH: `${bin}:${process.env.PATH}` });
    const args = [BIN, 'new', 'p', '--lang', 'c', '--author', 'x'];
    const child = spawn(process.execPath, args, { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'exit');
    const git = Number(await appearance(mark, child));
    expect(await tree(folder.path)).toContain('p/cpex.yaml');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(130);
    expect((await tree(folder.path)).sort()).toEqual(['bin/', 'bin/git', 'bin/started']);
    expect(() => process.kill(git, 0)).toThrow('ESRCH');
  });
});

/** Content of a file as soon as it has some; gives up when the process that writes it ends. */
async function appearance(file: string, child: ChildProcess): Promise<string> {
  while (child.exitCode === null) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return text;
    await wait(10);
  }
  throw new Error('the process ended before its time');
}
