import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildWithLock } from '../../src/build/tool-lock/locked-build.js';
import type { LockEntry, ToolLock } from '../../src/build/tool-lock/model.js';
import type { Project } from '../../src/model/manifest.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { sha256File } from '../../src/support/files.js';
import { findTool } from '../../src/support/find-tool.js';
import { validate } from '../../src/support/schemas.js';
import { freshFolder, missingFor, optionsFor, removeFolders, testContext, tinyProject, write } from './projects.js';

// A toolchain that compiles its own library takes its time on a busy machine.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
afterAll(removeFolders);

const host = hostTarget().name;
const SHA256 = expect.stringMatching(/^[0-9a-f]{64}$/) as string;

function lockPath({ root }: Project): string {
  return path.join(root, 'cpex-toolchains.lock');
}

function readLock(project: Project): ToolLock {
  return JSON.parse(readFileSync(lockPath(project), 'utf8')) as ToolLock;
}

function entryOf(project: Project): LockEntry {
  const entry = readLock(project).targets[host];
  if (entry === undefined) throw new Error(`no entry for ${host}`);
  return entry;
}

/** A lock file that says what another wants, with changes. */
function changeLock(project: Project, change: (entry: Record<string, unknown>) => void): void {
  const lock = JSON.parse(readFileSync(lockPath(project), 'utf8')) as { targets: Record<string, never> };
  change(lock.targets[host] as unknown as Record<string, unknown>);
  writeFileSync(lockPath(project), JSON.stringify(lock));
}

function toolPaths(): string[] {
  const sysroot = spawnSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).stdout?.trim();
  const goroot = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).stdout?.trim();
  return [sysroot, goroot, homedir(), '/usr/'].filter((one) => one !== undefined && one !== '') as string[];
}

describe('cpex build --lock', () => {
  const PARTS = {
    c: ['cmake'],
    go: ['go', 'go/asm', 'go/cgo', 'go/compile', 'go/link'],
    rust: ['cargo', 'cc', 'rustc'],
  };

  for (const language of ['c', 'go', 'rust'] as const) {
    it.skipIf(missingFor(language) !== undefined)(`records what built ${language}, and no folder`, async () => {
      const project = tinyProject(language);
      const result = await buildWithLock(optionsFor(project), 'write', testContext());
      expect(result.toolLock).toEqual({ file: lockPath(project), changed: true, targets: [host] });
      const entry = entryOf(project);
      expect(validate('toolchainsLock', readLock(project))).toEqual([]);
      expect(entry).toMatchObject({ cpex: expect.any(String), host, language });
      for (const part of PARTS[language]) expect(entry.tools[part]).toMatchObject({ sha256: SHA256 });
      expect(Object.keys(entry.tools)).toEqual(Object.keys(entry.tools).sort());
      const text = readFileSync(lockPath(project), 'utf8');
      for (const folder of [project.root, ...toolPaths()]) expect(text).not.toContain(folder);
      // A second time nothing has changed, and the tools are accepted.
      const again = await buildWithLock(optionsFor(project), 'write', testContext());
      expect(again.toolLock?.changed).toBe(false);
      expect(readFileSync(lockPath(project), 'utf8')).toBe(text);
      expect((await buildWithLock(optionsFor(project), 'require', testContext())).ok).toBe(true);
      // The file itself is no source: writing it makes no library stale.
      expect(again.artefacts[0]?.upToDate).toBe(true);
    });
  }

  it.skipIf(missingFor('rust') !== undefined)('looks behind the stand-ins of rustup', async () => {
    const project = tinyProject('rust');
    await buildWithLock(optionsFor(project), 'write', testContext());
    const sysroot = spawnSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).stdout.trim();
    const { tools } = entryOf(project);
    const ending = process.platform === 'win32' ? '.exe' : '';
    expect(tools.rustc?.sha256).toBe(await sha256File(path.join(sysroot, 'bin', `rustc${ending}`)));
    const version = /\d+\.\d+\.\d+/.exec(spawnSync('rustc', ['--version'], { encoding: 'utf8' }).stdout)?.[0];
    expect(tools.rustc?.version).toBe(version);
  });

  it.skipIf(missingFor('c') !== undefined)(
    'keeps the entries of other targets, and writes none after a failure',
    async () => {
      const project = tinyProject('c');
      const foreign = {
        cpex: '0.0.1',
        host: 'darwin-arm64',
        language: 'c',
        tools: { clang: { sha256: 'a'.repeat(64) } },
      };
      writeFileSync(lockPath(project), JSON.stringify({ v: 1, targets: { 'freebsd-x64': foreign } }));
      const before = readFileSync(lockPath(project), 'utf8');
      const good = readFileSync(path.join(project.root, 'src/plugin.c'), 'utf8');
      write(project.root, 'src/plugin.c', 'int broken(void) { retrun 1; }\n');
      const failed = await buildWithLock(optionsFor(project), 'write', testContext()).catch(() => undefined);
      expect(failed?.ok ?? false).toBe(false);
      expect(readFileSync(lockPath(project), 'utf8')).toBe(before);
      write(project.root, 'src/plugin.c', good);
      await buildWithLock(optionsFor(project), 'write', testContext());
      expect(readLock(project).targets['freebsd-x64']).toEqual(foreign);
      expect(Object.keys(readLock(project).targets)).toEqual(['freebsd-x64', host].sort());
    },
  );
});

describe.skipIf(missingFor('c') !== undefined || process.platform === 'win32')('cpex build --locked', () => {
  let locked: string;

  beforeAll(async () => {
    const project = tinyProject('c');
    await buildWithLock(optionsFor(project), 'write', testContext());
    locked = readFileSync(lockPath(project), 'utf8');
  });

  /** A project that was never built, with the lock file of one that was. */
  function fresh(): Project {
    const project = tinyProject('c');
    writeFileSync(lockPath(project), locked);
    return project;
  }

  async function refusal(project: Project, env = process.env) {
    return buildWithLock(optionsFor(project), 'require', testContext(env)).then(
      () => undefined,
      (error: unknown) => error as { code: string; message: string; evidence: string[]; remedy: string },
    );
  }

  it('refuses a tool of another version or content before it works, and says both', async () => {
    const project = fresh();
    const real = (await findTool('cmake', process.env)) ?? '';
    const bin = freshFolder('bin');
    const calls = path.join(bin, 'calls');
    const fake = `#!/bin/sh\necho "$*" >> ${calls}\n[ "$1" = --version ] && { echo cmake version 3.99.0; exit; }\nexec ${real} "$@"\n`;
    writeFileSync(path.join(bin, 'cmake'), fake);
    chmodSync(path.join(bin, 'cmake'), 0o755);
    const error = await refusal(project, { ...process.env, PATH: `${bin}:${process.env.PATH}` });
    expect(error?.code).toBe('CPEX_E_BUILD_LOCKED_TOOLS');
    expect(error?.evidence).toHaveLength(1);
    expect(error?.evidence[0]).toMatch(
      new RegExp(`^${host} {2}cmake {2}wanted 3\\S+ sha256 [0-9a-f]{12} {2}found 3\\.99\\.0 sha256 [0-9a-f]{12}$`),
    );
    expect(error?.remedy).toContain(`cpex build --lock --target ${host}`);
    expect(readFileSync(calls, 'utf8').trim()).toBe('--version');
    expect(existsSync(path.join(project.root, 'dist'))).toBe(false);
  });

  it('accepts the very same tool through a link in another folder', async () => {
    const project = fresh();
    const bin = freshFolder('bin');
    symlinkSync((await findTool('cmake', process.env)) ?? '', path.join(bin, 'cmake'));
    expect(await refusal(project, { ...process.env, PATH: `${bin}:${process.env.PATH}` })).toBeUndefined();
  });

  it('sees a program behind the compiler that differs, and one that only one side has', async () => {
    const project = fresh();
    changeLock(project, (entry) => {
      const tools = entry.tools as Record<string, { sha256: string }>;
      const part = Object.keys(tools).find((name) => name.includes('/')) ?? '';
      tools[part] = { sha256: '0'.repeat(64) };
      tools.extra = { sha256: '1'.repeat(64) };
    });
    const error = await refusal(project);
    expect(error?.evidence).toHaveLength(2);
    expect(error?.evidence.join('\n')).toMatch(/\/\S+ +wanted sha256 0{12} +found sha256 [0-9a-f]{12}/);
    expect(error?.evidence.join('\n')).toMatch(/extra +wanted sha256 1{12} +found none/);
  });

  it('needs one line to say that the machine is another one', async () => {
    const project = fresh();
    changeLock(project, (entry) => {
      entry.host = 'windows-arm64';
      for (const tool of Object.values(entry.tools as Record<string, { sha256: string }>)) tool.sha256 = '0'.repeat(64);
    });
    expect((await refusal(project))?.evidence).toEqual([`${host}  host  wanted windows-arm64  found ${host}`]);
  });

  it('refuses another cpex', async () => {
    const project = fresh();
    changeLock(project, (entry) => {
      entry.cpex = '99.0.0';
    });
    expect((await refusal(project))?.evidence[0]).toMatch(/cpex {2}wanted 99\.0\.0 {2}found \d/);
  });

  it('refuses where nothing is recorded', async () => {
    const none = await refusal(tinyProject('c'));
    expect(none).toMatchObject({ code: 'CPEX_E_BUILD_LOCKED_TOOLS', message: 'There is no cpex-toolchains.lock.' });
    const project = fresh();
    writeFileSync(lockPath(project), JSON.stringify({ v: 1, targets: {} }));
    const missing = await refusal(project);
    expect(missing?.message).toBe(`cpex-toolchains.lock has no entry for ${host}.`);
    expect(missing?.remedy).toContain(`cpex build --lock --target ${host}`);
  });

  const BROKEN: readonly (readonly [string, string, RegExp])[] = [
    ['text', 'hello', /is not JSON/],
    ['nothing', '', /is not JSON/],
    ['a newer format', '{"v": 2, "targets": {}}', /newer cpex/],
    ["another tool's file", '{"name": "x", "lockfileVersion": 3}', /not a lock file of cpex/],
    ['a list', '[]', /not a lock file of cpex/],
    ['null', 'null', /not a lock file of cpex/],
    ['an unknown target', '{"v":1,"targets":{"amiga-m68k":{}}}', /not a lock file of cpex/],
    [
      'a short digest',
      `{"v":1,"targets":{"${host}":{"cpex":"1","host":"x","language":"c","tools":{"gcc":{"sha256":"ab"}}}}}`,
      /not a lock file/,
    ],
    ['half a merge', '{\n<<<<<<< HEAD\n  "v": 1\n=======\n  "v": 1\n>>>>>>> other\n}', /merge that nobody finished/],
  ];
  it.each(BROKEN)('refuses %s under that name, and does not overwrite it', async (_, text, message) => {
    const project = tinyProject('c');
    writeFileSync(lockPath(project), text);
    for (const use of ['require', 'write'] as const) {
      const outcome = await buildWithLock(optionsFor(project), use, testContext()).catch((error: unknown) => error);
      expect(outcome).toMatchObject({
        code: 'CPEX_E_TOOL_LOCK_FILE',
        message: expect.stringMatching(message) as string,
      });
      expect(readFileSync(lockPath(project), 'utf8')).toBe(text);
      expect(existsSync(path.join(project.root, 'dist'))).toBe(false);
    }
  });
});
