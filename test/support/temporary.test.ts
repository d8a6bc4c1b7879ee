import { closeSync, existsSync, fstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAnonymousFile } from '../../src/support/anonymous-file.js';
import { temporaryFolder } from '../../src/support/files.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cpex-temporary-'));
  file = path.join(folder, 'file');
  writeFileSync(file, '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('openAnonymousFile', () => {
  it('takes the next folder where one cannot be written, and leaves no name behind', () => {
    const descriptor = openAnonymousFile(5000, [path.join(folder, 'absent'), file, folder]);
    expect(fstatSync(descriptor)).toMatchObject({ size: 5000, nlink: 0 });
    closeSync(descriptor);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('names the last folder when none will do', () => {
    expect(() => openAnonymousFile(1, [path.join(folder, 'absent'), file])).toThrowError(
      expect.objectContaining({ code: 'CPEX_E_TEMPORARY', exit: 3, message: expect.stringContaining(file) }),
    );
  });
});

describe('temporaryFolder', () => {
  it('is there until it is removed', async () => {
    vi.stubEnv('TMPDIR', folder);
    const made = await temporaryFolder('test');
    expect(path.basename(made.path)).toMatch(/^cpex-test-/);
    expect(existsSync(made.path)).toBe(true);
    await made.remove();
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('says so when there is no place for one', async () => {
    vi.stubEnv('TMPDIR', file);
    await expect(temporaryFolder('test')).rejects.toMatchObject({
      code: 'CPEX_E_TEMPORARY',
      exit: 3,
      message: expect.stringContaining(file),
    });
  });
});
