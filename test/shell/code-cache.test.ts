import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cpex } from './cli.js';

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'cpex-cache-'));
  folder = path.join(parent, 'code');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const explain = () => cpex(['explain', 'CPEX_E_USAGE'], { env: { CPEX_CODE_CACHE: folder } });
const files = () => readdirSync(folder).filter((name) => name.endsWith('.bin'));

describe('the code cache', () => {
  it('is written once per command and changes nothing of what is said', () => {
    const first = explain();
    const [name] = files();
    expect(files()).toHaveLength(1);
    expect(explain()).toEqual(first);
    expect(files()).toEqual([name]);
    expect(first.status).toBe(0);
  });

  it('can be turned off', () => {
    expect(cpex(['explain', 'CPEX_E_USAGE'], { env: { CPEX_CODE_CACHE: 'off', XDG_CACHE_HOME: parent } }).status).toBe(
      0,
    );
    expect(readdirSync(parent)).toEqual([]);
  });

  it('leaves nothing for a mistyped command', () => {
    mkdirSync(folder, { mode: 0o700 });
    expect(cpex(['explian'], { env: { CPEX_CODE_CACHE: folder } }).status).toBe(2);
    expect(files()).toEqual([]);
  });

  it('survives a damaged file and a folder that cannot be made', () => {
    const first = explain();
    for (const name of files()) writeFileSync(path.join(folder, name), 'no code');
    expect(explain()).toEqual(first);
    writeFileSync(path.join(parent, 'file'), '');
    expect(cpex(['explain', 'CPEX_E_USAGE'], { env: { CPEX_CODE_CACHE: path.join(parent, 'file', 'x') } })).toEqual(
      first,
    );
  });

  it.skipIf(process.platform === 'win32')('is not read from a folder that others may write to', () => {
    const first = explain();
    const [name = ''] = files();
    chmodSync(folder, 0o777);
    // Were it read, V8 would refuse it and a new one would be written over it.
    writeFileSync(path.join(folder, name), 'planted');
    expect(explain()).toEqual(first);
  });

  it('does not grow without end', () => {
    mkdirSync(folder, { mode: 0o700 });
    for (let n = 0; n < 80; n++) {
      const file = path.join(folder, `core-${n}.bin`);
      writeFileSync(file, '');
      utimesSync(file, n, n);
    }
    explain();
    expect(files().length).toBeLessThanOrEqual(60);
    expect(files()).toContain('core-79.bin');
    expect(files()).not.toContain('core-0.bin');
  });
});
