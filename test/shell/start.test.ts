import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bin, root } from './cli.js';

describe('a reader who leaves early', () => {
  it.each([
    ['help that was made at build time', ['--help']],
    ['text', ['explain']],
    ['JSON', ['explain', '--json']],
  ])('is no error: %s', async (_, args) => {
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });
});

it('starts from the sources as from the package', () => {
  const start = (file: string) => spawnSync(process.execPath, [file, 'explain', 'usage'], { encoding: 'utf8' });
  const developed = start(path.join(root, 'bin', 'dev.js'));
  expect(developed).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('CPEX_E_USAGE') });
  expect(developed.stdout).toBe(start(bin).stdout);
});
