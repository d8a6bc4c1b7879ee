import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BuildRecord, readBuilt } from '../../src/build/record.js';
import { buildProject, ensureBuilt } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import type { TargetName } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { findTool } from '../../src/support/find-tool.js';
import { ZIG } from '../tools/zig.js';
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

// Whole builds of several targets in one test.
vi.setConfig({ testTimeout: 240_000 });

afterAll(removeFolders);

const CROSS = ['aarch64-linux-gnu-gcc', 'x86_64-w64-mingw32-gcc'];
const HOST = hostTarget().name;
const TARGETS: readonly TargetName[] = [HOST, 'linux-arm64', 'windows-x64'];

/** Why builds of C for three targets are skipped on this machine. */
function missing(): string | undefined {
  if (HOST !== 'linux-x64') return `needs linux-x64, this is ${HOST}`;
  const lacking = CROSS.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  return lacking.length > 0 ? `no ${lacking.join(', no ')}` : missingFor('c');
}

const reason = missing();
const schema = JSON.parse(readFileSync('schemas/build.json', 'utf8')) as object;
const fits = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);

/** A compiler that is one in name only: it says its version and fails at everything else. */
function brokenCompiler(text = 'internal compiler error: it has a headache'): string {
  const folder = freshFolder('broken');
  write(folder, 'cc', `#!/bin/sh\n[ "$1" = --version ] && exec gcc "$@"\necho '${text}' >&2\nexit 1\n`);
  chmodSync(path.join(folder, 'cc'), 0o755);
  return path.join(folder, 'cc');
}

describe.skipIf(reason !== undefined)(`several targets at once${reason === undefined ? '' : ` (${reason})`}`, () => {
  let project: Project;
  const dist = (target: TargetName) => path.join(project.root, 'dist', target);
  const options = (changes = {}) => optionsFor(project, { targets: TARGETS, ...changes });
  beforeAll(() => {
    project = tinyProject('c', freshFolder('mit Leerzeichen und Ümläut 例'));
  });

  it('are built, audited and placed, each with a record and nothing else', async () => {
    const context = testContext();
    const result = await buildProject(options(), context);
    expect(result).toMatchObject({ ok: true, exit: 0, failures: [] });
    expect(result.targets.map(({ target, outcome }) => [target, outcome])).toEqual(
      TARGETS.map((target) => [target, 'built']),
    );
    expect(TARGETS.map((target) => readdirSync(dist(target)).sort())).toEqual([
      ['build.json', 'tiny.so'],
      ['build.json', 'tiny.so'],
      ['build.json', 'tiny.dll'],
    ]);
    for (const target of TARGETS) {
      const built = await readBuilt(path.join(dist(target), 'build.json'));
      expect(fits(built?.record) ? [] : fits.errors).toEqual([]);
      expect(built?.record).toMatchObject({ target, exports: expect.arrayContaining(['cpex_plugin_init']) });
    }
    const compilers = TARGETS.map(
      (target) => (JSON.parse(readFileSync(path.join(dist(target), 'build.json'), 'utf8')) as BuildRecord).toolchain,
    ).map(({ compiler }) => compiler?.source);
    expect(compilers).toEqual(['native', 'cross-gcc', 'cross-gcc']);
    const tasks = context.events.filter((event) => event.type === 'task.end');
    expect(tasks.map(({ id, outcome }) => [id, outcome]).sort()).toEqual(
      TARGETS.map((target) => [`build:${target}`, 'done']).sort(),
    );
  });

  it('are left alone when nothing changed, and say why', async () => {
    const before = TARGETS.map((target) => statSync(path.join(dist(target), 'build.json')).mtimeMs);
    const { artefacts } = await buildProject(options(), testContext());
    expect(artefacts.map(({ upToDate }) => upToDate)).toEqual([true, true, true]);
    expect(TARGETS.map((target) => statSync(path.join(dist(target), 'build.json')).mtimeMs)).toEqual(before);
    const said = artefacts.map(({ explanation }) => explanation.join('\n'));
    expect(said[1]).toMatch(/compiler: gcc .*aarch64-linux-gnu-gcc/);
    for (const text of said) expect(text).toContain('configure: skipped');
  });

  it('see an edit with a date from the past, each of them', async () => {
    const before = (await buildProject(options(), testContext())).artefacts.map(({ sha256 }) => sha256);
    const file = path.join(project.root, LOGIC.c);
    replaceIn(file, '? 1 :', '? 7 :');
    utimesSync(file, new Date('2001-01-01'), new Date('2001-01-01'));
    const after = (await buildProject(options(), testContext())).artefacts;
    expect(after.filter(({ sha256 }, index) => sha256 === before[index])).toEqual([]);
    expect(after.flatMap(({ explanation }) => explanation).join('\n')).toContain(`touched: ${LOGIC.c}`);
    replaceIn(file, '? 7 :', '? 1 :');
    const again = (await buildProject(options({ force: true }), testContext())).artefacts;
    expect(again.map(({ sha256 }) => sha256)).toEqual(before);
  });

  it('take turns with another build of some of them', async () => {
    replaceIn(path.join(project.root, LOGIC.c), '? 1 :', '? 5 :');
    const reverse = [...TARGETS].reverse();
    const [one, two] = await Promise.all([
      buildProject(options(), testContext()),
      buildProject(options({ targets: reverse }), testContext()),
    ]);
    expect([one?.ok, two?.ok]).toEqual([true, true]);
    const digests = (result: typeof one) => result?.artefacts.map(({ sha256 }) => sha256);
    expect(digests(two)?.reverse()).toEqual(digests(one));
    replaceIn(path.join(project.root, LOGIC.c), '? 5 :', '? 1 :');
    await buildProject(options(), testContext());
  });

  it('do without the one whose compiler fails, whose last library stays', async () => {
    const last = readFileSync(path.join(dist('windows-x64'), 'tiny.dll'));
    const context = testContext({ ...process.env, CC_windows_x64: brokenCompiler() });
    replaceIn(path.join(project.root, LOGIC.c), '? 1 :', '? 3 :');
    const result = await buildProject(options(), context);
    expect(result).toMatchObject({ ok: false, exit: 1 });
    expect(result.targets.map(({ outcome }) => outcome)).toEqual(['built', 'built', 'failed']);
    const [failure] = result.failures;
    expect(failure).toMatchObject({ target: 'windows-x64', error: { code: 'CPEX_E_BUILD_FAILED', exit: 1 } });
    expect(failure?.error.output.join('\n')).toContain('it has a headache');
    expect(readFileSync(path.join(dist('windows-x64'), 'tiny.dll')).equals(last)).toBe(true);
    const end = context.events.find((event) => event.type === 'task.end' && event.outcome === 'failed');
    expect(end).toMatchObject({ id: 'build:windows-x64', reason: expect.stringContaining('The build failed.') });
    await expect(ensureBuilt(project, { target: 'windows-x64' }, context)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_FAILED',
    });
    replaceIn(path.join(project.root, LOGIC.c), '? 3 :', '? 1 :');
    expect((await buildProject(options(), testContext())).ok).toBe(true);
  });

  it('leave no temporary file, lock or mark behind', () => {
    const all = readdirSync(project.root, { recursive: true }) as string[];
    const left = all.filter((name) => name.endsWith('.tmp') || ['lock', 'unfinished'].includes(path.basename(name)));
    expect(left).toEqual([]);
  });
});

const noUniversal = missingFor('c') ?? (ZIG === undefined ? 'no zig' : undefined);

describe.skipIf(noUniversal !== undefined)(
  `darwin-universal${noUniversal === undefined ? '' : ` (${noUniversal})`}`,
  () => {
    const env = { ...process.env, ZIG };
    const project = tinyProject('c');
    const file = (target: string) => path.join(project.root, 'dist', target, 'tiny.dylib');

    it('is joined from slices that nobody asked for and that are not placed', async () => {
      const context = testContext(env);
      const built = await ensureBuilt(project, { target: 'darwin-universal' }, context);
      expect(built.file).toBe(file('darwin-universal'));
      expect(readdirSync(path.join(project.root, 'dist'))).toEqual(['darwin-universal']);
      const record = (await readBuilt(built.record))?.record;
      expect(fits(record) ? [] : fits.errors).toEqual([]);
      expect(record?.slices?.map(({ target, toolchain }) => [target, toolchain.compiler?.source])).toEqual([
        ['darwin-x64', 'zig'],
        ['darwin-arm64', 'zig'],
      ]);
      expect(record?.exports).toContain('cpex_plugin_init');
      const ids = context.events.flatMap((event) => ('id' in event ? event.id : []));
      expect(new Set(ids)).toEqual(new Set(['build:darwin-universal']));
    });

    it('holds the slices as they are when they are wanted for themselves', async () => {
      const targets = ['darwin-universal', 'darwin-arm64', 'darwin-x64'];
      const { artefacts, ok } = await buildProject(optionsFor(project, { targets }), testContext(env));
      expect([ok, artefacts.map(({ upToDate }) => upToDate)]).toEqual([true, [true, false, false]]);
      const joined = readFileSync(file('darwin-universal'));
      for (const thin of ['darwin-x64', 'darwin-arm64']) expect(joined.includes(readFileSync(file(thin)))).toBe(true);
    });

    it('is not made of a slice that failed, and the other one is placed', async () => {
      const context = testContext({ ...env, CC_darwin_arm64: brokenCompiler() });
      const targets = ['darwin-x64', 'darwin-arm64', 'darwin-universal'];
      const before = readFileSync(file('darwin-universal'));
      const { targets: summary, failures, exit } = await buildProject(optionsFor(project, { targets }), context);
      expect(summary.map(({ outcome }) => outcome)).toEqual(['unchanged', 'failed', 'failed']);
      expect(failures.map(({ error }) => error.code)).toEqual(['CPEX_E_BUILD_FAILED', 'CPEX_E_BUILD_FAILED']);
      expect([exit, readFileSync(file('darwin-universal')).equals(before)]).toEqual([1, true]);
    });
  },
);

/** A PATH with what builds C for this machine, and a cross compiler without its headers. */
async function halfInstalled(): Promise<string> {
  const folder = freshFolder('bin');
  for (const name of ['cmake', 'gcc', 'make', 'sh', 'as', 'ld']) {
    const real = await findTool(name, process.env);
    if (real !== undefined) symlinkSync(real, path.join(folder, name));
  }
  const words = 'x.c:1:10: fatal error: stdlib.h: No such file or directory';
  const script = `#!/bin/sh\n[ "$1" = --version ] && exec gcc "$@"\necho '${words}' >&2\nexit 1\n`;
  write(folder, 'aarch64-linux-gnu-gcc', script);
  chmodSync(path.join(folder, 'aarch64-linux-gnu-gcc'), 0o755);
  return folder;
}

describe.skipIf(HOST !== 'linux-x64' || missingFor('c') !== undefined)('targets whose tools are not there', () => {
  it('end a build that names them before anything starts, all of them named', async () => {
    const project = tinyProject('c');
    const context = testContext({ ...process.env, PATH: await halfInstalled(), ZIG: undefined });
    const one = optionsFor(project, { targets: [HOST, 'linux-arm64'] });
    await expect(buildProject(one, context)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_BROKEN',
      exit: 3,
      evidence: expect.arrayContaining([expect.stringContaining('stdlib.h')]),
    });
    const two = optionsFor(project, { targets: [HOST, 'linux-arm64', 'windows-x64'] });
    await expect(buildProject(two, context)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
      exit: 3,
      message: 'Tools are missing for 2 targets.',
      evidence: [expect.stringMatching(/^linux-arm64: /), expect.stringMatching(/^windows-x64: /)],
    });
    expect(existsSync(path.join(project.root, '.cpex'))).toBe(false);
  });

  it('are listed with the remedy under all, and do not fail it', async () => {
    const context = testContext({ ...process.env, PATH: await halfInstalled(), ZIG: undefined });
    const result = await buildProject(optionsFor(tinyProject('c'), { targets: ['all'] }), context);
    expect(result.targets.map(({ target, outcome }) => [target, outcome])).toEqual([[HOST, 'built']]);
    expect(result).toMatchObject({ ok: true, exit: 0 });
    const arm = result.plan.skipped.find(({ target }) => target === 'linux-arm64');
    expect(arm).toMatchObject({ kind: 'lacking', remedy: expect.stringMatching(/./) });
  });

  it('make the result incomplete where cpex.yaml lists them', async () => {
    const context = testContext({ ...process.env, PATH: await halfInstalled(), ZIG: undefined });
    const project = tinyProject('c', freshFolder(), { targets: [HOST, 'linux-arm64'] });
    const result = await buildProject(optionsFor(project, { targets: ['all'] }), context);
    expect(result).toMatchObject({ ok: false, exit: 3, failures: [] });
    expect(result.artefacts).toHaveLength(1);
    expect(result.plan.skipped).toMatchObject([{ target: 'linux-arm64', kind: 'promised' }]);
  });

  it('end a build of all when nothing is left', async () => {
    const context = testContext({ ...process.env, PATH: freshFolder('empty'), ZIG: undefined });
    const building = buildProject(optionsFor(tinyProject('c'), { targets: ['all'] }), context);
    await expect(building).rejects.toMatchObject({ code: 'CPEX_E_BUILD_TOOL_MISSING', exit: 3 });
  });
});
