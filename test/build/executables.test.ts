import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BuildRecord } from '../../src/build/record.js';
import { buildProject } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import { LANGUAGES, type Language } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGET_NAMES, TARGETS } from '../../src/project/targets/table.js';
import { BUILD_MS, buildOne, ENV, kindFor, kindOf, lackFor, titled } from './foreign-library.js';
import { MAIN, programProject } from './programs.js';
import { missingFor, optionsFor, removeFolders, replaceIn, testContext, tinyProject, write } from './projects.js';

afterAll(removeFolders);

const host = hostTarget();
const named = (file: string) => path.basename(file);

/** What stands against a file. */
async function faults(project: Project, target = host.name) {
  const { result } = await buildOne(project, target);
  return result.findings.filter(({ severity }) => severity !== 'info').map(({ id, message }) => `${id}: ${message}`);
}

describe.each(LANGUAGES)('an executable in %s', (language) => {
  const lack = missingFor(language);

  it.skipIf(lack !== undefined)(
    titled('is built, starts, raises nothing, and is left alone when nothing changed', lack),
    async () => {
      const project = programProject(language);
      const built = await buildOne(project, host.name);
      expect(path.relative(project.root, built.file)).toBe(
        path.join('dist', host.name, `tiny${host.executableExtension}`),
      );
      expect(execFileSync(built.file, { encoding: 'utf8' })).toMatch(/^hello\r?\n$/);
      if (process.platform !== 'win32') expect(statSync(built.file).mode & 0o777).toBe(0o755);
      expect(built.result.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      const record = JSON.parse(readFileSync(built.result.artefacts[0]?.record ?? '', 'utf8')) as BuildRecord;
      expect(record).toMatchObject({ kind: 'executable', file: named(built.file), profile: 'tau' });
      const again = await buildProject(optionsFor(project), testContext(ENV));
      expect(again.artefacts[0]).toMatchObject({ upToDate: true, sha256: built.sha256 });
      replaceIn(path.join(project.root, MAIN[language]), 'hello', 'world');
      const changed = await buildOne(project, host.name);
      expect(execFileSync(changed.file, { encoding: 'utf8' })).toContain('world');
    },
    BUILD_MS,
  );

  it.skipIf(lack !== undefined)(
    titled('can be debugged, apart from the release', lack),
    async () => {
      const { file, result } = await buildOne(programProject(language), host.name, { mode: 'debug' });
      expect(named(path.dirname(file))).toBe(`${host.name}-debug`);
      expect(execFileSync(file, { encoding: 'utf8' })).toContain('hello');
      expect(result.findings.filter(({ severity }) => severity === 'fail')).toEqual([]);
    },
    BUILD_MS,
  );
});

const PAIRS: { language: Language; target: (typeof TARGET_NAMES)[number]; lack: string | undefined }[] = [];
for (const language of LANGUAGES) {
  for (const target of TARGET_NAMES) {
    if (target === host.name || target === 'darwin-universal') continue;
    // Without cgo Go needs no compiler, and so no zig.
    const lack = language === 'go' ? missingFor('go') : await lackFor(language, target);
    PAIRS.push({ language, target, lack });
  }
}

describe.each(PAIRS)('$language for $target', ({ language, target, lack }) => {
  it.skipIf(lack !== undefined)(
    titled('raises nothing', lack),
    async () => {
      const project = programProject(language);
      const { file } = await buildOne(project, target);
      expect(named(file)).toBe(`tiny${TARGETS[target].executableExtension}`);
      expect(kindOf(file) ?? kindFor(TARGETS[target])).toBe(kindFor(TARGETS[target]));
      expect(await faults(project, target)).toEqual([]);
    },
    BUILD_MS,
  );
});

describe.skipIf(missingFor('go') !== undefined)('Go executables', () => {
  it(
    'are joined for both processors of macOS',
    async () => {
      const { result } = await buildOne(programProject('go'), 'darwin-universal');
      expect(result.audits.at(-1)?.facts).toMatchObject({ role: 'executable', arch: 'universal' });
      expect(result.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    },
    BUILD_MS,
  );

  it(
    'get a C compiler when a package of theirs needs one, and only then',
    async () => {
      const project = programProject('go');
      const plain = await buildOne(project, host.name);
      expect(plain.result.plan.targets[0]?.toolchain.compiler).toBeUndefined();
      expect(plain.result.audits[0]?.facts.dynamic?.needed ?? []).toEqual([]);
      write(
        project.root,
        'native.go',
        'package main\n\n// int one(void) { return 1; }\nimport "C"\n\nvar _ = C.one()\n',
      );
      const native = await buildOne(project, host.name);
      expect(native.result.plan.targets[0]?.toolchain.compiler).toBeDefined();
      expect(await faults(project)).toEqual([]);
      const without = buildOne(project, host.name, {}, { ...ENV, CGO_ENABLED: '0' });
      // The user has switched it off, and the file that needs it is left out.
      expect((await without).result.plan.targets[0]?.toolchain.compiler).toBeUndefined();
    },
    BUILD_MS,
  );
});

describe('what is no program of the plugin', () => {
  const cases: readonly (readonly [Language, string, (project: Project) => void, RegExp])[] = [
    [
      'c',
      'a library alone',
      ({ root }) => write(root, 'CMakeLists.txt', 'project(t C)\nadd_library(tiny SHARED src/main.c)\n'),
      /describes no executable/,
    ],
    [
      'c',
      'two others',
      ({ root }) =>
        write(root, 'CMakeLists.txt', 'project(t C)\nadd_executable(a src/main.c)\nadd_executable(b src/main.c)\n'),
      /None of the 2 executables .* is named tiny/,
    ],
    [
      'rust',
      'a library alone',
      ({ root }) => {
        rmSync(path.join(root, 'src/main.rs'));
        write(root, 'src/lib.rs', '');
      },
      /cargo made no program/,
    ],
    [
      'rust',
      'two others',
      ({ root }) => {
        rmSync(path.join(root, 'src/main.rs'));
        for (const name of ['a', 'b']) write(root, `src/bin/${name}.rs`, 'fn main() {}\n');
      },
      /None of the 2 programs is the plugin's/,
    ],
  ];
  it.each(cases)(
    '%s: %s',
    async (language, _title, change, says) => {
      if (missingFor(language) !== undefined) return;
      const project = programProject(language);
      change(project);
      await expect(buildProject(optionsFor(project), testContext(ENV))).rejects.toMatchObject({
        code: 'CPEX_E_BUILD_NO_EXECUTABLE',
        exit: 1,
        message: expect.stringMatching(says),
        remedy: expect.any(String),
      });
    },
    BUILD_MS,
  );

  it.skipIf(missingFor('rust') !== undefined)(
    'is told from the one that cpex.yaml names',
    async () => {
      const project = programProject('rust', { build: { identity: false, target: 'b' } });
      rmSync(path.join(project.root, 'src/main.rs'));
      for (const name of ['a', 'b']) write(project.root, `src/bin/${name}.rs`, `fn main() { println!("${name}") }\n`);
      const { file } = await buildOne(project, host.name);
      expect(execFileSync(file, { encoding: 'utf8' }).trim()).toBe('b');
    },
    BUILD_MS,
  );
});

describe('--as', () => {
  it.skipIf(missingFor('c') !== undefined)(
    'process builds the other form of a plugin for cpex, beside the library',
    async () => {
      const project = tinyProject('c');
      write(project.root, 'src/main.c', 'int main(void) { return 0; }\n');
      const lists = readFileSync(path.join(project.root, 'CMakeLists.txt'), 'utf8');
      const main =
        'add_executable(tiny_process src/main.c)\nset_target_properties(tiny_process PROPERTIES OUTPUT_NAME tiny)\n';
      write(project.root, 'CMakeLists.txt', lists + main);
      const library = await buildOne(project, host.name);
      const process_ = await buildOne(project, host.name, { as: 'process' });
      expect(path.relative(project.root, process_.file)).toBe(
        path.join('dist', `${host.name}-process`, `tiny${host.executableExtension}`),
      );
      expect(named(path.dirname(library.file))).toBe(host.name);
      expect(process_.result.audits[0]?.facts.role).toBe('executable');
      expect((await buildOne(project, host.name, { as: 'library' })).sha256).toBe(library.sha256);
    },
    BUILD_MS,
  );

  it.each([
    ['cliproxy', 'process', /cliproxy, which loads its plugins/],
    ['tau', 'library', /tau, which starts its plugins/],
  ] as const)('for %s says that there is no %s', async (name, as, says) => {
    const project = programProject('c', { host: name });
    await expect(buildProject(optionsFor(project, { as }), testContext())).rejects.toMatchObject({
      code: 'CPEX_E_USAGE',
      exit: 2,
      message: expect.stringMatching(says),
    });
  });
});
