import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildProject } from '../../src/build/service.js';
import { LANGUAGES } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGET_NAMES } from '../../src/project/targets/table.js';
import { findTool } from '../../src/support/find-tool.js';
import {
  freshFolder,
  missingFor,
  optionsFor,
  removeFolders,
  replaceIn,
  testContext,
  tinyProject,
  write,
} from './projects.js';

afterAll(removeFolders);

/** Whether this user may mount in a namespace of its own. */
function canMount(): boolean {
  return process.platform === 'linux' && spawnSync('unshare', ['-m', 'true']).status === 0;
}

const MANIFEST = `manifest: 1
id: tiny
version: "1.0.0"
author: A. Author
language: c
host: cpex
capabilities: ["hook:tool_pre_invoke"]
`;

const withC = describe.skipIf(missingFor('c') !== undefined);

/** A PATH with these tools and no others. */
async function pathWith(...names: string[]): Promise<string> {
  const folder = freshFolder('bin');
  for (const name of names) {
    const real = await findTool(name, process.env);
    if (real !== undefined) symlinkSync(real, path.join(folder, name));
  }
  return folder;
}

withC('the plan', () => {
  it('is plain data and touches nothing', async () => {
    const project = tinyProject('c');
    const before = readdirSync(project.root, { recursive: true });
    const { plan, artefacts } = await buildProject(optionsFor(project, { dryRun: true }), testContext());
    expect(artefacts).toEqual([]);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan.targets[0]?.commands.map((command) => path.basename(command.argv[0] ?? ''))).toEqual([
      'cmake',
      'cmake',
    ]);
    expect(readdirSync(project.root, { recursive: true })).toEqual(before);
  });

  it('hands extra words to the tool', async () => {
    const project = tinyProject('c');
    const { plan } = await buildProject(optionsFor(project, { dryRun: true, extra: ['-j1'] }), testContext());
    expect(plan.targets[0]?.commands[1]?.argv.slice(-2)).toEqual(['--', '-j1']);
  });

  it('lists what "all" leaves out', async () => {
    const options = optionsFor(tinyProject('c'), { dryRun: true, targets: ['all'] });
    const { plan } = await buildProject(options, testContext());
    const names = [...plan.targets, ...plan.skipped].map((one) => one.target);
    expect(names.sort()).toEqual([...TARGET_NAMES].sort());
    expect(plan.targets.map((one) => one.target)).toContain(hostTarget().name);
  });

  it('uses make where ninja is missing, and cmake alone is not enough', async () => {
    const project = tinyProject('c');
    const PATH = await pathWith('cmake', 'gcc', 'make', 'sh', 'as', 'ld');
    const { artefacts, plan } = await buildProject(optionsFor(project), testContext({ ...process.env, PATH }));
    expect(plan.targets[0]?.toolchain.helpers[0]?.name).toBe('make');
    expect(artefacts).toHaveLength(1);
    const without = { ...process.env, PATH: await pathWith('cmake', 'gcc') };
    await expect(buildProject(optionsFor(project), testContext(without))).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
    });
  });
});

describe('refusals before any tool starts', () => {
  for (const language of LANGUAGES) {
    it(`names the missing tool of ${language} and how to get it`, async () => {
      const context = testContext({ ...process.env, PATH: await pathWith('sh') });
      await expect(buildProject(optionsFor(tinyProject(language)), context)).rejects.toMatchObject({
        code: 'CPEX_E_BUILD_TOOL_MISSING',
        exit: 3,
        kind: 'environment',
        remedy: expect.stringMatching(/./),
      });
    });
  }

  it('takes no tool from a relative entry of PATH', async () => {
    const project = tinyProject('go');
    write(project.root, 'bin/go', '#!/bin/sh\necho go version go1.99.0\n');
    chmodSync(path.join(project.root, 'bin/go'), 0o755);
    const context = testContext({ ...process.env, PATH: 'bin:.' });
    await expect(buildProject(optionsFor(project), context)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
    });
  });

  it.each([
    ['go', '#!/bin/sh\necho go version go1.19.8 linux/amd64\n', 'CPEX_E_BUILD_TOOL_OLD'],
    ['cargo', '#!/bin/sh\necho cargo 1.63.0\n', 'CPEX_E_BUILD_TOOL_OLD'],
    ['cmake', '#!/bin/sh\necho cmake version 3.18.4\n', 'CPEX_E_BUILD_TOOL_OLD'],
    [
      'cargo',
      '#!/bin/sh\necho "error: rustup could not choose a version of cargo to run" >&2\nexit 1\n',
      'CPEX_E_BUILD_TOOL_BROKEN',
    ],
  ])('a %s that will not do', async (tool, script, code) => {
    const bin = freshFolder('bin');
    write(bin, tool, script);
    chmodSync(path.join(bin, tool), 0o755);
    const PATH = [bin, await pathWith('gcc', 'cc', 'clang', 'ninja', 'sh', 'rustc')].join(path.delimiter);
    const language = tool === 'go' ? 'go' : tool === 'cargo' ? 'rust' : 'c';
    const building = buildProject(optionsFor(tinyProject(language)), testContext({ ...process.env, PATH }));
    await expect(building).rejects.toMatchObject({ code, exit: 3 });
  });

  it.each([
    ['linx-x64', 'CPEX_E_TARGET_UNKNOWN', 2],
    ['linux-x64-musl', 'CPEX_E_BUILD_IMPOSSIBLE', 2],
    ['aarch64-linux-gnu.2.17.x', 'CPEX_E_TARGET_UNKNOWN', 2],
  ])('the target %s', async (target, code, exit) => {
    const options = optionsFor(tinyProject('go'), { targets: [target] });
    await expect(buildProject(options, testContext())).rejects.toMatchObject({ code, exit });
  });

  it('a project of another language than the manifest says', async () => {
    const project = tinyProject('go');
    const lying = { ...project, manifest: { ...project.manifest, language: 'rust' as const } };
    await expect(buildProject(optionsFor(lying), testContext())).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_LAYOUT',
      evidence: ['go.mod is there, which is for go'],
    });
  });
});

withC('folders that cannot be written', () => {
  it('a file in the place of .cpex', async () => {
    const project = tinyProject('c');
    write(project.root, '.cpex', '');
    await expect(buildProject(optionsFor(project), testContext())).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_WRITE',
      exit: 3,
    });
  });

  it.skipIf(process.getuid?.() === 0)('a read-only project (needs a user other than root)', async () => {
    const project = tinyProject('c');
    chmodSync(project.root, 0o555);
    try {
      const building = buildProject(optionsFor(project), testContext());
      await expect(building).rejects.toMatchObject({ code: 'CPEX_E_BUILD_WRITE' });
    } finally {
      chmodSync(project.root, 0o755);
    }
  });

  it.skipIf(!canMount())('a read-only disk', () => {
    const project = tinyProject('c');
    write(project.root, 'cpex.yaml', MANIFEST);
    const mount = 'cd "$2" && mount --bind . . && mount -o remount,ro,bind . && cd "$2" && exec node "$1" build';
    const args = ['-m', 'sh', '-c', mount, 'sh', path.resolve('bin/run.cjs'), project.root];
    const result = spawnSync('unshare', args, { encoding: 'utf8' });
    expect(result.stderr).toContain('CPEX_E_BUILD_WRITE');
    expect(result.stderr).toContain('read-only');
    expect(result.status).toBe(3);
  });

  it('a folder in the place of the library', async () => {
    const project = tinyProject('c');
    mkdirSync(path.join(project.root, 'dist', hostTarget().name, 'tiny.so'), { recursive: true });
    await expect(buildProject(optionsFor(project), testContext())).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_WRITE',
    });
  });
});

withC('what the manifest decides', () => {
  it('writes the identity file, and reports a version that drifted', async () => {
    const project = tinyProject('c', freshFolder(), { version: '2.0.0' });
    const { findings, artefacts } = await buildProject(optionsFor(project), testContext());
    expect(findings).toContainEqual(expect.objectContaining({ id: 'project.cmake-version', severity: 'warn' }));
    expect(artefacts).toHaveLength(1);
    expect(readFileSync(path.join(project.root, 'cpex/identity.h'), 'utf8')).toContain('"2.0.0"');
  });

  it('does not place a library that needs a newer glibc than allowed', async () => {
    const project = tinyProject('c', freshFolder(), { glibc: '2.17' });
    const newer = '#include <pthread.h>\nint newer(void) { return pthread_detach(pthread_self()); }\n';
    write(project.root, 'src/plugin.c', `${newer}${readFileSync(path.join(project.root, 'src/plugin.c'), 'utf8')}`);
    replaceIn(path.join(project.root, 'src/plugin.c'), 'where()[0]', 'newer()');
    // Without zig, which could make one for that version.
    const env = { ...process.env, ZIG: '', PATH: await pathWith('cmake', 'gcc', 'make', 'sh', 'as', 'ld') };
    const { ok, findings, exit } = await buildProject(optionsFor(project), testContext(env));
    expect([ok, exit]).toEqual([false, 1]);
    const bad = findings.find((finding) => finding.id === 'elf.glibc-floor');
    expect(bad).toMatchObject({
      severity: 'fail',
      evidence: expect.arrayContaining([expect.stringMatching(/pthread_detach/)]),
    });
    expect(existsSync(path.join(project.root, 'dist'))).toBe(false);
    // What is asked for on the command line has to be had.
    const asked = buildProject(optionsFor(project, { glibc: '2.17' }), testContext(env)).catch((error) => error);
    expect(await asked).toMatchObject({ code: 'CPEX_E_BUILD_TOOL_MISSING', message: expect.stringContaining('2.17') });
  });

  it('starts with an empty folder when the compiler changes', async () => {
    const project = tinyProject('c');
    await buildProject(optionsFor(project), testContext());
    const cache = path.join(project.root, '.cpex', 'build', hostTarget().name, 'cmake', 'CMakeCache.txt');
    const before = readFileSync(cache, 'utf8');
    const clang = await findTool('clang', process.env);
    if (clang === undefined) return;
    await buildProject(optionsFor(project), testContext({ ...process.env, CC: clang }));
    expect(readFileSync(cache, 'utf8')).toContain(`CMAKE_C_COMPILER:FILEPATH=${clang}`);
    expect(before).not.toContain(clang);
  });
});
