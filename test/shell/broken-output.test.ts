import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { bin } from './cli.js';

const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };

describe.each([[['--help']], [['help', 'build']], [['explain']], [['explain', '--json']], [['completion', 'bash']]])(
  '%j',
  (words) => {
    it('says nothing when its reader goes away', async () => {
      const child = spawn(process.execPath, [bin, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.destroy();
      const code = new Promise((done) => child.once('exit', done));
      expect(await text(child.stderr)).toBe('');
      expect(await code).toBe(0);
    });

    const full = existsSync('/dev/full');
    it.skipIf(!full)(`says that the disk is full${full ? '' : ' (there is no /dev/full)'}`, async () => {
      const child = spawn(process.execPath, [bin, ...words], {
        env,
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      });
      const code = new Promise((done) => child.once('exit', done));
      const said = child.stderr === null ? '' : await text(child.stderr);
      expect(said).toContain('✗ The result cannot be written to stdout');
      expect(said).toContain('ENOSPC');
      expect(said).not.toMatch(/^ +at /m);
      expect(await code).toBe(3);
    });
  },
);
