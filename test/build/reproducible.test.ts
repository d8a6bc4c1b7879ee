import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { checkReproducible } from '../../src/build/reproducible/check.js';
import { copyTree, sourceTree } from '../../src/build/reproducible/copy.js';
import type { Difference } from '../../src/build/reproducible/model.js';
import type { Project } from '../../src/model/manifest.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { renderReproducible } from '../../src/report/reproducible-text.js';
import {
  freshFolder,
  LOGIC,
  missingFor,
  optionsFor,
  removeFolders,
  replaceIn,
  testContext,
  tinyProject,
  write,
} from './projects.js';

// A toolchain that compiles its own library takes its time on a busy machine.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
afterAll(removeFolders);
afterEach(() => void vi.unstubAllEnvs());

const host = hostTarget().name;
const noC = missingFor('c') !== undefined || process.platform === 'win32';

function git(folder: string, ...args: string[]): void {
  const { status, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

const noGit = spawnSync('git', ['--version']).status !== 0;

/** A C project whose library holds what a script writes while cmake configures. */
function generatedProject(script: string): Project {
  const project = tinyProject('c');
  const { root } = project;
  write(root, 'generate.cmake', script);
  replaceIn(
    path.join(root, 'CMakeLists.txt'),
    'add_library',
    `include(generate.cmake)
file(WRITE \${CMAKE_BINARY_DIR}/stamp.h "#define STAMP \\"\${stamp}\\"\\n")
include_directories(\${CMAKE_BINARY_DIR})
add_library`,
  );
  replaceIn(
    path.join(root, LOGIC.c),
    'const char *where',
    '#include "stamp.h"\nEXPORT const char plugin_stamp[] = STAMP;\nconst char *where',
  );
  return project;
}

async function differencesOf(project: Project): Promise<readonly Difference[]> {
  const result = await checkReproducible(optionsFor(project), false, testContext());
  expect(result.ok).toBe(false);
  expect(result.targets).toHaveLength(1);
  const [compared] = result.targets;
  expect(compared?.same).toBe(false);
  expect(compared?.sha256[0]).not.toBe(compared?.sha256[1]);
  return compared?.differences ?? [];
}

describe('two builds of good plugins', () => {
  for (const language of ['c', 'go', 'rust'] as const) {
    it.skipIf(missingFor(language) !== undefined)(`are the same in ${language}`, async () => {
      const project = tinyProject(language);
      const temporary = freshFolder('temporary');
      vi.stubEnv('TMPDIR', temporary);
      const before = readdirSync(project.root, { recursive: true }).sort();
      const result = await checkReproducible(optionsFor(project), false, testContext());
      expect(result).toMatchObject({
        ok: true,
        failures: [],
        targets: [{ target: host, same: true, differences: [] }],
      });
      expect(result.targets[0]?.sha256[0]).toMatch(/^[0-9a-f]{64}$/);
      expect(renderReproducible(result)).toMatch(new RegExp(`^✓ ${host} {2}same sha256 `));
      // Nothing of the project is written, and nothing else is left behind.
      expect(readdirSync(project.root, { recursive: true }).sort()).toEqual(before);
      expect(readdirSync(temporary).filter((name) => name.startsWith('cpex-'))).toEqual([]);
    });
  }
});

const cross = ['aarch64-linux-gnu-gcc', 'x86_64-w64-mingw32-gcc'];
const noCross = cross.filter((tool) => spawnSync(tool, ['--version']).status !== 0).join(', ');

describe.skipIf(noC || noCross !== '')(`two builds for other targets (needs ${cross.join(', ')})`, () => {
  it('are the same with cross compilers', async () => {
    const targets = ['linux-arm64', 'windows-x64'];
    const result = await checkReproducible(optionsFor(tinyProject('c'), { targets }), false, testContext());
    expect(result.targets.map(({ target, same }) => [target, same])).toEqual(targets.map((target) => [target, true]));
    expect(result.ok).toBe(true);
  });
});

describe.skipIf(noC)('two builds that differ', () => {
  it('for a time name the section, the symbol and both texts', async () => {
    const project = generatedProject(
      `execute_process(COMMAND date +%H:%M:%S OUTPUT_VARIABLE stamp)\nstring(STRIP "\${stamp}" stamp)\n`,
    );
    const differences = await differencesOf(project);
    expect(differences[0]).toMatchObject({ section: '.rodata', symbol: 'plugin_stamp', cause: 'timestamp' });
    for (const text of differences[0]?.text ?? ['']) expect(text).toMatch(/\d\d:\d\d:\d\d/);
    // The build id is a digest of the rest, so it comes last.
    const buildId = differences.findIndex(({ cause }) => cause === 'build-id');
    if (buildId !== -1) expect(buildId).toBe(differences.length - 1);
    const view = { target: host, same: false, sha256: ['a', 'b'], sizes: [1, 1], differences } as const;
    const text = renderReproducible({ targets: [view], skipped: [], failures: [], unfit: [] });
    expect(text).toContain('two builds differ');
    expect(text).toMatch(/\.rodata\+0x[0-9a-f]+ \(plugin_stamp\).*: a time of the build/);
    expect(text).toContain('SOURCE_DATE_EPOCH');
  });

  it('for the folder say so', async () => {
    const differences = await differencesOf(generatedProject(`set(stamp "\${CMAKE_SOURCE_DIR}")\n`));
    expect(differences.some(({ cause, section }) => cause === 'path' && section === '.rodata')).toBe(true);
    expect(differences.map(({ cause }) => cause)).not.toContain('timestamp');
  });

  it('do not differ for what a compiler reads from SOURCE_DATE_EPOCH', async () => {
    const project = tinyProject('c');
    replaceIn(path.join(project.root, LOGIC.c), 'CPEX_PLUGIN_ID', 'CPEX_PLUGIN_ID __DATE__ __TIME__');
    expect(await checkReproducible(optionsFor(project), false, testContext())).toMatchObject({ ok: true });
  });
});

describe.skipIf(noC)('a library that is not fit for its host', () => {
  it('is not compared, which is no success', async () => {
    const project = tinyProject('c');
    replaceIn(path.join(project.root, LOGIC.c), 'EXPORT int cpex_plugin_init', 'EXPORT int another_name');
    const result = await checkReproducible(optionsFor(project), false, testContext());
    expect(result).toMatchObject({ ok: false, targets: [], unfit: [host] });
    expect(renderReproducible(result)).toContain(`✗ ${host}  not compared: What was built did not pass the audit.`);
  });
});

describe('the copy of the sources', () => {
  const list = async (project: Project) => (await sourceTree(project, testContext())).files;

  it.skipIf(noGit)('holds what git tracks and what is new, not what it ignores', async () => {
    const project = tinyProject('c');
    const { root } = project;
    git(root, 'init', '-q');
    write(root, '.gitignore', '/secret/\n*.log\n/cpex/identity.h\n');
    write(root, 'secret/key', 'k');
    write(root, 'build.log', 'l');
    write(root, 'vendor/lib/lib.c', 'v');
    write(root, 'dist/linux-x64/tiny.so', 'old');
    write(root, 'src/target/target.h', 't');
    write(root, '.cpex/build/x', 'old');
    write(root, 'kept.log', 'l');
    git(root, 'add', '-f', 'kept.log', 'CMakeLists.txt');
    expect(await list(project)).toEqual(
      [
        ...['.gitignore', 'CMakeLists.txt', 'cpex.yaml', 'kept.log'],
        ...['src/plugin.c', 'src/target/target.h', 'vendor/lib/lib.c'],
      ].map(path.normalize),
    );
  });

  it.skipIf(noGit)('is that of the whole repository where the project is a part of one', async () => {
    const top = freshFolder('repository');
    git(top, 'init', '-q');
    write(top, 'shared/shared.h', 's');
    write(top, 'plugins/tiny/dist/linux-x64/tiny.so', 'old');
    const project = tinyProject('c', path.join(top, 'plugins', 'tiny'));
    expect(await sourceTree(project, testContext())).toMatchObject({ folder: top, git: true });
    expect(await list(project)).toContain(path.normalize('shared/shared.h'));
    expect(await list(project)).toContain(path.normalize('plugins/tiny/cpex.yaml'));
    expect(await list(project)).not.toContain(path.normalize('plugins/tiny/dist/linux-x64/tiny.so'));
  });

  it.skipIf(noGit)('is the project alone where the repository around it ignores it', async () => {
    const top = freshFolder('repository');
    git(top, 'init', '-q');
    write(top, '.gitignore', '/plugins/\n');
    const project = tinyProject('c', path.join(top, 'plugins', 'tiny'));
    expect(await sourceTree(project, testContext())).toMatchObject({ folder: project.root, git: false });
  });

  it('is everything but what tools wrote where there is no git', async () => {
    const project = tinyProject('c');
    const { root } = project;
    write(root, 'target/CACHEDIR.TAG', 'Signature');
    write(root, 'out/CMakeCache.txt', 'c');
    write(root, 'dist/x', 'x');
    write(root, '.cpex/build/x', 'x');
    write(root, '.cargo/config.toml', '');
    write(root, 'vendor/one/CACHE', 'v');
    write(root, 'src/target/target.h', 't');
    const context = testContext({ ...process.env, PATH: freshFolder('empty') });
    expect((await sourceTree(project, context)).files).toEqual(
      [
        ...['.cargo/config.toml', 'CMakeLists.txt', 'cpex.yaml'],
        ...['src/plugin.c', 'src/target/target.h', 'vendor/one/CACHE'],
      ].map(path.normalize),
    );
  });

  it.skipIf(process.platform === 'win32')('keeps links and what may be executed', async () => {
    const project = tinyProject('c');
    write(project.root, 'run.sh', '#!/bin/sh\n');
    spawnSync('chmod', ['755', path.join(project.root, 'run.sh')]);
    symlinkSync('run.sh', path.join(project.root, 'link'));
    const target = freshFolder('copy');
    await copyTree(await sourceTree(project, testContext()), target, testContext().signal);
    expect(spawnSync(path.join(target, 'link')).status).toBe(0);
    expect(readFileSync(path.join(target, 'cpex.yaml'), 'utf8')).toBe('manifest: 1\n');
  });
});

describe.skipIf(noC)('a build that cannot be had', () => {
  it('says what was copied when only the copy fails', async () => {
    const project = tinyProject('c');
    git(project.root, 'init', '-q');
    write(project.root, '.gitignore', '/local.h\n');
    write(project.root, 'local.h', '#define LOCAL 1\n');
    replaceIn(path.join(project.root, LOGIC.c), '#include', '#include "../local.h"\n#include');
    const outcome = await checkReproducible(optionsFor(project), false, testContext()).then(
      (result) => result.failures[0]?.error,
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject({ code: 'CPEX_E_BUILD_FAILED' });
    expect((outcome as { evidence: string[] }).evidence.join('\n')).toContain('that git does not ignore');
    expect(existsSync(path.join(project.root, 'dist'))).toBe(false);
  });
});
