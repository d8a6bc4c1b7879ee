import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lockFile } from '../../src/support/file-lock.js';
import { freshFolder, removeFolders } from './projects.js';

afterAll(removeFolders);

describe('a lock file', () => {
  it('lets one in at a time, in any order of many', async () => {
    const file = path.join(freshFolder(), 'lock');
    let inside = 0;
    let most = 0;
    const visit = async () => {
      const lock = await lockFile(file, { timeout: 20_000 });
      if (!lock.held) throw new Error('not held');
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((done) => setImmediate(done));
      inside -= 1;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 12 }, visit));
    expect(most).toBe(1);
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it('is taken over from a process that died', async () => {
    const file = path.join(freshFolder(), 'lock');
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    writeFileSync(file, JSON.stringify({ pid, birth: '', token: 'x' }));
    const lock = await lockFile(file, { timeout: 1000 });
    expect(lock.held).toBe(true);
    if (lock.held) await lock.release();
    expect(existsSync(file)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('is taken over when the id belongs to another process by now', async () => {
    const file = path.join(freshFolder(), 'lock');
    writeFileSync(file, JSON.stringify({ pid: process.pid, birth: '1', token: 'x' }));
    expect((await lockFile(file, { timeout: 1000 })).held).toBe(true);
  });

  it('is taken over when its owner died before it wrote its name', async () => {
    const file = path.join(freshFolder(), 'lock');
    writeFileSync(file, '');
    expect(await lockFile(file, { timeout: 0 })).toEqual({ held: false, owner: undefined });
    utimesSync(file, new Date('2001-01-01'), new Date('2001-01-01'));
    expect((await lockFile(file, { timeout: 1000 })).held).toBe(true);
  });

  it('gives up at the time limit and names the owner', async () => {
    const file = path.join(freshFolder(), 'lock');
    const first = await lockFile(file, { timeout: 0 });
    const owners: unknown[] = [];
    const second = await lockFile(file, { timeout: 0, onWait: (owner) => owners.push(owner) });
    expect(second).toEqual({ held: false, owner: process.pid });
    expect(owners).toEqual([process.pid]);
    if (first.held) await first.release();
  });

  it('stops waiting when interrupted', async () => {
    const file = path.join(freshFolder(), 'lock');
    await lockFile(file, { timeout: 0 });
    const controller = new AbortController();
    const waiting = lockFile(file, { timeout: 60_000, signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
  });
});
