import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bin, isThere, root } from './cli.js';

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const folder = mkdtempSync(path.join(tmpdir(), 'cpex-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Text of the fenced blocks with this info string. */
function blocks(info: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${info}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text ?? '');
}

/** A folder with a `cpex` that is this one, as `npm install --global .` would make it. */
function pathWithCpex(): string {
  const place = path.join(folder, 'bin');
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'cpex'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`);
  chmodSync(path.join(place, 'cpex'), 0o755);
  return `${place}${path.delimiter}${process.env.PATH}`;
}

const tools = ['cc', 'cmake'].filter((tool) => !isThere(tool));
const onLinux = process.platform === 'linux' && process.arch === 'x64';

describe('the README', () => {
  it('names two set-up commands, and both are there', () => {
    const commands = blocks('sh')[0]?.match(/^node (\S+)/gm) ?? [];
    expect(commands).toEqual(['node scripts/try.mjs', 'node scripts/check.mjs']);
    for (const command of commands) expect(existsSync(path.join(root, command.slice(5)))).toBe(true);
    expect(readFileSync(path.join(root, '.ci/run'), 'utf8')).toContain('node scripts/check.mjs');
  });

  it.skipIf(tools.length > 0 || !onLinux)(
    'has a tour that works as it stands (needs cc, cmake and Linux x64)',
    () => {
      const script = `set -eux\n${blocks('sh tour').join('\n')}`;
      expect(script).toContain('cpex install');
      const env = { ...process.env, PATH: pathWithCpex(), XDG_DATA_HOME: path.join(folder, 'data') };
      const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('Hello from my-plugin');
      expect(stdout).toMatch(/my-plugin\s+0\.1\.0\s+linux-x64/);
    },
    280_000,
  );

  it.skipIf(tools.length > 0 || !onLinux)(
    'has commands for every target that work, or say what is missing (needs cc, cmake and Linux x64)',
    () => {
      const home = path.join(folder, 'targets');
      mkdirSync(home);
      const env = { ...process.env, PATH: pathWithCpex() };
      const run = (command: string, cwd: string) => spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' });
      expect(run('cpex new my-plugin --lang c --author Ada --capability hook:tool_pre_invoke', home).status).toBe(0);
      const [commands = ''] = blocks('sh targets');
      expect(commands).toContain('cpex build --target all');
      for (const command of commands.trim().split('\n')) {
        const { status, stdout, stderr } = run(command, path.join(home, 'my-plugin'));
        // 3: a tool for a foreign target is not on this machine, and the command that brings it is named.
        expect({ command, status, stdout, stderr }).toMatchObject({
          status: /doctor|test/.test(command) ? expect.toBeOneOf([0, 3]) : 0,
        });
        if (status === 3) expect(stdout + stderr).toMatch(/→ \S/);
      }
      expect(existsSync(path.join(home, 'my-plugin/dist/linux-x64/my-plugin.so'))).toBe(true);
    },
    900_000,
  );

  it('has a first command that works for every toolchain that is there', () => {
    const env = { ...process.env, TMPDIR: folder };
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts/try.mjs')], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Done for /m);
  }, 280_000);
});
