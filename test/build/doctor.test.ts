import { chmodSync, existsSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { examine } from '../../src/build/doctor/examine.js';
import { wheelCommand } from '../../src/build/python-wheel.js';
import type { DoctorReport } from '../../src/model/doctor.js';
import { renderDoctor } from '../../src/report/doctor-text.js';
import { freshFolder, removeFolders, testContext, write } from './projects.js';

afterAll(removeFolders);

const VERSIONS: Readonly<Record<string, string>> = {
  gcc: 'gcc (Test) 12.2.0\nCopyright (C) Free Software Foundation, Inc.',
  cmake: 'cmake version 3.25.1',
  ninja: '1.11.1',
  make: 'GNU Make 4.3',
  go: 'go version go1.26.8 linux/amd64',
  cargo: 'cargo 1.95.0 (f2d3ce0bd 2026-03-21)',
  rustc: 'rustc 1.95.0 (59807616e 2026-04-14)',
  git: 'git version 2.39.5',
};

/** A PATH with scripts that answer like these tools. */
function pathWith(names: readonly string[], answers: Readonly<Record<string, string>> = {}): string {
  const folder = freshFolder('bin');
  for (const name of names) {
    write(
      folder,
      name,
      `#!/bin/sh\nwhile read -r line; do :; done\nprintf '%s\\n' '${answers[name] ?? VERSIONS[name]}'\n`,
    );
    chmodSync(path.join(folder, name), 0o755);
  }
  return folder;
}

async function doctor(PATH: string, changes: Partial<Parameters<typeof examine>[0]> = {}): Promise<DoctorReport> {
  return examine({ running: '/opt/cpex/bin/run.cjs', ...changes }, testContext({ PATH }));
}

describe.skipIf(process.platform === 'win32')('a machine without a C compiler', () => {
  it('makes executables in Go, and no libraries', async () => {
    const path_ = pathWith(['go']);
    expect((await doctor(path_, { language: 'go', kind: 'executable' })).ok).toBe(true);
    expect(await doctor(path_, { language: 'go' })).toMatchObject({
      ok: false,
      languages: expect.arrayContaining([{ language: 'go', ready: false, lacks: ['cc'] }]),
    });
  });
});

const tool = (report: DoctorReport, name: string) => report.tools.find((one) => one.name === name);

describe.skipIf(process.platform === 'win32')('the command that installs a wheel', () => {
  const of = (PATH: string) => wheelCommand('ziglang', { PATH });

  it('is plain for a Python that belongs to no distribution', async () => {
    expect(await of(pathWith(['python3']))).toBe('python3 -m pip install ziglang');
    expect(await of(pathWith(['python']))).toBe('python -m pip install ziglang');
  });

  it.skipIf(!existsSync('/usr/bin/python3'))("goes to the user's place for the distribution's Python", async () => {
    const command = await of('/usr/bin');
    const managed = readdirSync('/usr/lib').some(
      (name) => /^python3\.\d+$/.test(name) && existsSync(path.join('/usr/lib', name, 'EXTERNALLY-MANAGED')),
    );
    expect(command).toContain('python3 -m pip install --user ');
    expect(command.includes('--break-system-packages')).toBe(managed);
    // A virtual environment links to it, and refuses --user.
    const environment = pathWith([]);
    symlinkSync('/usr/bin/python3', path.join(environment, 'python3'));
    write(path.dirname(environment), 'pyvenv.cfg', '');
    expect(await of(environment)).toBe('python3 -m pip install ziglang');
  });

  it('says where to get zig where there is no Python', async () => {
    expect(await of(freshFolder('empty'))).toContain('https://ziglang.org/download');
  });
});

describe.skipIf(process.platform === 'win32')('the doctor', () => {
  it('finds everything', async () => {
    const report = await doctor(pathWith(Object.keys(VERSIONS)));
    expect(report.ok).toBe(true);
    expect(report.languages.map((one) => one.ready)).toEqual([true, true, true]);
    expect(tool(report, 'cc')).toMatchObject({ identity: 'gcc', version: '12.2.0', state: 'good' });
    expect(tool(report, 'go')).toMatchObject({ version: '1.26.8', floor: '1.21' });
  });

  it('finds nothing, and names one remedy for each tool', async () => {
    const report = await doctor(freshFolder('empty'));
    expect(report.ok).toBe(false);
    expect(report.tools.every((one) => one.state === 'missing' && (one.remedy ?? '') !== '')).toBe(true);
    expect(renderDoctor(report)).toContain('C      cannot build without cc, cmake and ninja');
  });

  it('is content with one language, unless another was chosen', async () => {
    const PATH = pathWith(['gcc', 'cmake', 'make']);
    expect((await doctor(PATH)).ok).toBe(true);
    expect((await doctor(PATH, { language: 'c' })).ok).toBe(true);
    const rust = await doctor(PATH, { language: 'rust' });
    expect(rust.ok).toBe(false);
    expect(rust.languages.find((one) => one.language === 'rust')?.lacks).toEqual(['cargo', 'rustc']);
    expect(tool(rust, 'ninja')).toMatchObject({ state: 'missing', optional: true });
  });

  it('says which packages are too old', async () => {
    const old = { go: 'go version go1.19.8 linux/amd64', cargo: 'cargo 1.63.0', rustc: 'rustc 1.63.0' };
    const report = await doctor(pathWith(Object.keys(VERSIONS), old));
    expect(report.languages.map((one) => one.ready)).toEqual([true, false, false]);
    expect(tool(report, 'go')).toMatchObject({ state: 'old', version: '1.19.8' });
    expect(renderDoctor(report)).toContain('1.21 is the lowest that works');
  });

  it('tells a compiler without headers and a rustup without toolchain from working ones', async () => {
    const PATH = pathWith(['cmake', 'ninja']);
    write(
      PATH,
      'gcc',
      `#!/bin/sh\n[ "$1" = --version ] && echo 'gcc 12.2.0' && exit\necho 'x.c:1: fatal error: stdlib.h: No such file' >&2\nexit 1\n`,
    );
    write(PATH, 'cargo', '#!/bin/sh\necho "error: rustup could not choose a version of cargo to run" >&2\nexit 1\n');
    chmodSync(path.join(PATH, 'gcc'), 0o755);
    chmodSync(path.join(PATH, 'cargo'), 0o755);
    const report = await doctor(PATH);
    expect(tool(report, 'cc')).toMatchObject({ state: 'broken', said: expect.stringContaining('stdlib.h') });
    expect(tool(report, 'cargo')).toMatchObject({ state: 'broken', remedy: 'rustup default stable' });
    write(PATH, 'cargo', `#!/bin/sh\necho "error: toolchain '1.90.0' is not installed" >&2\nexit 1\n`);
    const named = tool(await doctor(PATH), 'cargo');
    expect(named).toMatchObject({ state: 'broken', remedy: 'rustup toolchain install 1.90.0' });
    expect(report.ok).toBe(false);
  });

  it('warns of another cpex that a shell would start', async () => {
    const bin = pathWith([]);
    write(bin, 'cpex', '#!/usr/bin/python3\n');
    chmodSync(path.join(bin, 'cpex'), 0o755);
    const report = await doctor(bin);
    expect(report.shadow).toEqual({ path: path.join(bin, 'cpex'), python: true });
    expect(renderDoctor(report)).toContain('IBM');
  });

  it('does not warn of a link to itself', async () => {
    const bin = pathWith([]);
    write(bin, 'run.cjs', '#!/usr/bin/env node\n');
    chmodSync(path.join(bin, 'run.cjs'), 0o755);
    symlinkSync('run.cjs', path.join(bin, 'cpex'));
    const report = await doctor(bin, { running: realpathSync(path.join(bin, 'run.cjs')) });
    expect(report.shadow).toBeUndefined();
  });
});
