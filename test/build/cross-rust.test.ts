import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildResult } from '../../src/build/build-model.js';
import { buildProject } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import type { TargetName } from '../../src/model/target.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { llvm } from '../tools/llvm.js';
import { ZIG } from '../tools/zig.js';
import { freshFolder, optionsFor, removeFolders, testContext, write } from './projects.js';
import {
  answers,
  brokenPages,
  ENTRY,
  environment,
  FOREIGN,
  HOST,
  here,
  lackFor,
  lacks,
  noRust,
  richProject,
  USUAL,
} from './rust-targets.js';
import { script } from './scripts.js';

afterAll(removeFolders);

/** zig builds the C library of a target before its first use, on a busy machine for minutes. */
const BUILD_MS = 15 * 60_000;

async function build(project: Project, targets: readonly string[], env = environment(), changes = {}) {
  return buildProject(optionsFor(project, { targets, ...changes }), testContext(env));
}

function fileFor(result: BuildResult, target: TargetName): string {
  const file = result.artefacts.find((one) => one.target === target)?.file;
  if (file === undefined) {
    const why = [...result.failures.map(({ error }) => error.message), ...result.findings.map((one) => one.message)];
    throw new Error(`${target} was not built: ${why.join('; ')}`);
  }
  return file;
}

const group = (name: string, lack: string | undefined, body: () => void) =>
  describe.skipIf(lack !== undefined)(`${name}${lack === undefined ? '' : ` (${lack})`}`, body);

group('Rust for every target', noRust ?? (here.length < 2 ? 'fewer than two foreign targets' : undefined), () => {
  let project: Project;
  let log: string;
  let result: BuildResult;
  beforeAll(async () => {
    project = richProject();
    const bin = freshFolder('bin');
    log = path.join(bin, 'calls');
    const cargo = execFileSync('sh', ['-c', 'command -v cargo'], { encoding: 'utf8' }).trim();
    script(bin, 'cargo', `echo "$@" >> '${log}'\nexec '${cargo}' "$@"`);
    result = await build(project, ['host', ...here], environment({ PATH: `${bin}:${process.env.PATH}` }));
  }, BUILD_MS);

  it('takes one call of cargo for all foreign targets, and leaves that of the machine as it was', () => {
    const calls = readFileSync(log, 'utf8').split('\n');
    const builds = calls.filter((line) => line.startsWith('build '));
    expect(builds).toHaveLength(2);
    expect(builds.filter((line) => line.includes('--target '))).toHaveLength(1);
    for (const name of here) expect(builds.join('\n')).toContain(`--target ${TARGETS[name].rust} `);
    expect(existsSync(path.join(project.root, 'target/release/libtiny.so'))).toBe(true);
  });

  describe.each(FOREIGN)('%s', (name) => {
    const lack = lacks.get(name);
    const on = it.skipIf(lack !== undefined);
    const { os, arch, libraryExtension } = TARGETS[name];
    const note = lack === undefined ? '' : ` (${lack})`;

    on(`passes the audit and keeps no folder of this machine${note}`, () => {
      const file = fileFor(result, name);
      const bytes = readFileSync(file);
      for (const folder of [project.root, '/.cargo/registry', '/.rustup/']) expect(bytes.includes(folder)).toBe(false);
      expect(readdirSync(path.dirname(file)).sort()).toEqual(['build.json', `tiny${libraryExtension}`]);
    });

    on(`is for its processor and exports the entry alone, as LLVM sees it${note}`, ({ skip }) => {
      const file = fileFor(result, name);
      const headers = llvm('readobj', '--file-headers', file);
      if (headers === undefined) return skip('no llvm-readobj');
      expect(headers).toMatch(arch === 'x64' ? /^Arch: x86_64$/m : /^Arch: aarch64$/m);
      const format = { linux: 'elf64', freebsd: 'elf64', darwin: 'Mach-O', windows: 'COFF' }[os];
      expect(headers).toMatch(new RegExp(`^Format: ${format}`, 'm'));
      const names =
        os === 'windows'
          ? [...(llvm('readobj', '--coff-exports', file) ?? '').matchAll(/^ *Name: (\S+)/gm)].map(([, one]) => one)
          : (llvm('nm', os === 'darwin' ? '-gUj' : '-Dj', '--defined-only', file) ?? '').trim().split('\n');
      expect(names).toEqual([os === 'darwin' ? `_${ENTRY}` : ENTRY]);
    });

    on(`needs what is on every such system${note}`, ({ skip }) => {
      const said = llvm('readobj', '--needed-libs', fileFor(result, name));
      if (said === undefined) return skip('no llvm-readobj');
      const needed = /NeededLibraries \[([^\]]*)\]/.exec(said)?.[1]?.trim().split(/\s+/) ?? [];
      expect(needed.filter((one) => !USUAL[name]?.test(one))).toEqual([]);
    });
  });

  it.skipIf(!here.includes('darwin-arm64'))(
    'gives libraries for macOS a name to be found by, and a valid signature',
    () => {
      for (const name of ['darwin-x64', 'darwin-arm64'] as const) {
        const said = llvm('otool', '-D', fileFor(result, name));
        if (said !== undefined) expect(said.trim().split('\n').at(-1)).toBe('@rpath/tiny.dylib');
      }
      expect(brokenPages(readFileSync(fileFor(result, 'darwin-arm64')))).toEqual([]);
    },
  );

  const runners: readonly (readonly [TargetName, string, readonly string[]])[] = [
    ['linux-arm64', 'aarch64-linux-gnu-gcc', ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu']],
    ['linux-x64-musl', 'musl-gcc', ['/lib/ld-musl-x86_64.so.1']],
  ];
  it.for(runners)('%s can be loaded and called', { timeout: 120_000 }, ([name, gcc, runner], { skip }) => {
    const [command = '', ...args] = runner;
    if (lacks.get(name)) skip(lacks.get(name));
    if (!answers(gcc, '--version')) skip(`no ${gcc}`);
    if (!existsSync(command) && !answers(command, '--version')) skip(`no ${command}`);
    const folder = freshFolder('host');
    write(folder, 'host.c', HOST);
    const host = path.join(folder, 'host');
    execFileSync(gcc, ['-o', host, path.join(folder, 'host.c'), '-ldl']);
    const said = spawnSync(command, [...args, host, fileFor(result, name)], { encoding: 'utf8', timeout: 60_000 });
    expect(said.stdout.trim(), said.stderr).toBe('42');
  });

  it(
    'makes the same bytes in another folder, and finds all of it fresh the next time',
    async () => {
      const other = await build(richProject(), here);
      const hashes = ({ artefacts }: BuildResult) =>
        Object.fromEntries(artefacts.map((one) => [one.target, one.sha256]));
      expect(hashes(await build(project, here))).toEqual(hashes(other));
      const again = await build(project, here);
      for (const { upToDate, explanation } of again.artefacts) {
        expect({ upToDate, said: explanation.at(-1) }).toEqual({
          upToDate: true,
          said: expect.stringContaining('fresh'),
        });
      }
    },
    BUILD_MS,
  );

  it(
    'starts from scratch when forced, and leaves other targets alone',
    async () => {
      const [one = 'host', ...others] = here;
      const forced = await build(project, [one], environment(), { force: true });
      expect(forced.artefacts[0]?.explanation.at(-1)).toContain('stale');
      const again = await build(project, others);
      for (const { explanation } of again.artefacts) expect(explanation.at(-1)).toContain('fresh');
    },
    BUILD_MS,
  );

  it(
    'sees an edit with a date from the past, and places nothing that has lost its entry, in any format',
    async () => {
      const dist = () => here.map((name) => readFileSync(fileFor(result, name)));
      const source = path.join(project.root, 'src/lib.rs');
      const [before, good] = [dist(), readFileSync(source, 'utf8')];
      writeFileSync(source, good.replace('#[unsafe(no_mangle)]\n', ''));
      utimesSync(source, new Date('2001-01-01'), new Date('2001-01-01'));
      const { artefacts, failures, findings, exit } = await build(project, here);
      expect({ artefacts, failures, exit }).toEqual({ artefacts: [], failures: [], exit: 1 });
      const refused = findings.filter(({ severity }) => severity === 'fail').map(({ id }) => id);
      const formats = { linux: 'elf', freebsd: 'elf', darwin: 'macho', windows: 'pe' };
      expect(refused.sort()).toEqual(here.map((name) => `${formats[TARGETS[name].os]}.entry`).sort());
      expect(dist().every((bytes, index) => before[index]?.equals(bytes))).toBe(true);
      writeFileSync(source, good);
    },
    BUILD_MS,
  );

  it(
    'builds the others when one fails, and says what is wrong with that one',
    async () => {
      const [broken, ...good] = here;
      const triple = TARGETS[broken ?? 'linux-arm64'].rust;
      write(project.root, '.cargo/config.toml', `[target.${triple}]\nrustflags = ["--cfg", "cpex_test_broken"]\n`);
      const { artefacts, failures, exit } = await build(project, here, environment(), { force: true });
      expect(artefacts.map(({ target }) => target)).toEqual(good);
      expect(failures).toMatchObject([{ target: broken, error: { code: 'CPEX_E_BUILD_FAILED' } }]);
      expect(failures[0]?.error.output?.join('\n')).toContain('broken on purpose');
      expect(exit).toBe(1);
    },
    BUILD_MS,
  );
});

group('a linker that was exchanged', noRust ?? lacks.get('linux-arm64'), () => {
  const gcc = 'aarch64-linux-gnu-gcc';
  it.skipIf(!answers(gcc, '--version'))(
    `is seen by its version, where its path is the same (needs ${gcc})`,
    { timeout: BUILD_MS },
    async () => {
      const project = richProject();
      const bin = freshFolder('bin');
      const real = execFileSync('sh', ['-c', `command -v ${gcc}`], { encoding: 'utf8' }).trim();
      const install = (version: string, words: string) =>
        script(bin, gcc, `[ "$1" = --version ] && { echo "gcc (Test) ${version}"; exit; }\nexec ${real} ${words} "$@"`);
      const made = () => build(project, ['linux-arm64'], environment({ PATH: `${bin}:${process.env.PATH}` }));
      const said = ({ artefacts }: BuildResult) => artefacts[0]?.explanation.join('\n');
      install('12.1.0', '');
      const first = await made();
      expect(said(await made())).toContain('fresh');
      install('12.2.0', '-Wl,--build-id=none');
      const second = await made();
      expect(said(second)).toMatch(/stale[\s\S]*the linker is not the one of the last build/);
      expect(second.artefacts[0]?.sha256).not.toBe(first.artefacts[0]?.sha256);
      expect(said(await made())).toContain('fresh');
    },
  );
});

group('Rust through zig', noRust ?? (ZIG === undefined ? 'no zig' : undefined), () => {
  it.for(['linux-x64', 'linux-arm64'] as const)(
    '%s works with glibc 2.17',
    { timeout: BUILD_MS },
    async (name, { skip }) => {
      const lack = lackFor(name);
      if (lack !== undefined) skip(lack);
      const result = await build(richProject(), [name], environment(), { glibc: '2.17' });
      const said = spawnSync('readelf', ['-VW', fileFor(result, name)], { encoding: 'utf8' });
      if (said.error !== undefined) skip('no readelf');
      const minor = [...said.stdout.matchAll(/GLIBC_2\.(\d+)/g)].map(([, one]) => Number(one));
      expect(Math.max(...minor)).toBeGreaterThan(0);
      expect(Math.max(...minor)).toBeLessThanOrEqual(17);
      expect(result.plan.targets[0]?.toolchain.compiler?.source).toBe('zig');
    },
  );

  it('windows-x64 exports the entry alone there, too', { timeout: BUILD_MS }, async ({ skip }) => {
    const lack = lackFor('windows-x64');
    if (lack !== undefined) skip(lack);
    const env = environment({ CC_windows_x64: `${ZIG} cc -target x86_64-windows-gnu` });
    const result = await build(richProject(), ['windows-x64'], env);
    const said = llvm('readobj', '--coff-exports', fileFor(result, 'windows-x64'));
    if (said === undefined) return skip('no llvm-readobj');
    expect([...said.matchAll(/^ *Name: (\S+)/gm)].map(([, one]) => one)).toEqual([ENTRY]);
  });
});
