import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareBuild } from '../../src/build/plan.js';
import { buildProject } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import { identityDrift } from '../../src/project/identity-drift.js';
import { parseManifest } from '../../src/project/read-manifest.js';
import { exists } from '../../src/support/files.js';
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

/** Another build section for the same project. */
function settingsFor(project: Project, build: Project['manifest']['build']): Project {
  return { ...project, manifest: { ...project.manifest, ...(build === undefined ? {} : { build }) } };
}

/** Names that the built library exports. */
async function exportsOf(project: Project): Promise<readonly string[]> {
  const { audits, findings, ok } = await buildProject(optionsFor(project), testContext());
  expect(findings.filter(({ id }) => id.startsWith('project.'))).toEqual([]);
  expect(ok).toBe(true);
  return audits[0]?.facts.dynamic?.exports.map(({ name }) => name) ?? [];
}

const ENTRY: Readonly<Record<string, string>> = {
  c: 'int cpex_plugin_init(const void *h, void *p) { return h == p; }\nint MARK(void) { return 1; }\n',
  go: 'package main\n\nimport "C"\n\n//export cpex_plugin_init\nfunc cpex_plugin_init() C.int { return 0 }\n\n//export MARK\nfunc MARK() {}\n\nfunc main() {}\n',
  rust: '#[unsafe(no_mangle)]\npub extern "C" fn cpex_plugin_init() -> i32 { 0 }\n#[unsafe(no_mangle)]\npub extern "C" fn MARK() {}\n',
};
const entry = (language: string, mark: string) => (ENTRY[language] ?? '').replaceAll('MARK', mark);

describe.skipIf(missingFor('go') !== undefined)(
  `build: for Go${missingFor('go') === undefined ? '' : ` (${missingFor('go')})`}`,
  () => {
    it('names the main package, and the no-op build still finds nothing to do', async () => {
      const project = tinyProject('go');
      write(project.root, 'cmd/second/main.go', entry('go', 'second'));
      const second = settingsFor(project, { package: './cmd/second', identity: false });
      expect(await exportsOf(second)).toContain('second');
      const again = await buildProject(optionsFor(second), testContext());
      expect(again.artefacts[0]?.upToDate).toBe(true);
      // Go's own header must not appear in the repository.
      expect(await exists(path.join(project.root, '.h'))).toBe(false);
      write(project.root, 'cmd/second/main.go', entry('go', 'third'));
      expect(await exportsOf(second)).toContain('third');
    });

    it('passes its flags on', async () => {
      const project = tinyProject('go');
      write(
        project.root,
        'tagged.go',
        '//go:build special\n\npackage main\n\nimport "C"\n\n//export special\nfunc special() {}\n',
      );
      expect(await exportsOf(project)).not.toContain('special');
      expect(await exportsOf(settingsFor(project, { flags: ['-tags=special'] }))).toContain('special');
    });
  },
);

describe.skipIf(missingFor('rust') !== undefined)(
  `build: for Rust${missingFor('rust') === undefined ? '' : ` (${missingFor('rust')})`}`,
  () => {
    it('names a crate of a workspace, also where another one is of the same kind', async () => {
      const root = freshFolder();
      write(root, 'Cargo.toml', '[workspace]\nmembers = ["one", "two"]\nresolver = "2"\n');
      for (const name of ['one', 'two']) {
        const dependency = name === 'two' ? '\n[dependencies]\none = { path = "../one" }\n' : '';
        const lib = '[lib]\ncrate-type = ["cdylib", "rlib"]\n';
        write(
          root,
          `${name}/Cargo.toml`,
          `[package]\nname = "${name}"\nversion = "9.9.9"\nedition = "2024"\n${lib}${dependency}`,
        );
      }
      write(root, 'one/src/lib.rs', 'pub fn helper() -> i32 { 0 }\n');
      write(root, 'two/src/lib.rs', entry('rust', 'second'));
      const base = tinyProject('rust', freshFolder());
      const project = settingsFor({ ...base, root }, { crate: 'two', identity: false });
      expect(await exportsOf(project)).toContain('second');
      await expect(
        buildProject(optionsFor(settingsFor(project, { crate: 'three', identity: false })), testContext()),
      ).rejects.toMatchObject({ code: 'CPEX_E_BUILD_FAILED' });
    });
  },
);

describe.skipIf(missingFor('c') !== undefined)(
  `build: for C${missingFor('c') === undefined ? '' : ` (${missingFor('c')})`}`,
  () => {
    const cmake = `cmake_minimum_required(VERSION 3.16)
project(several VERSION 3.3.3 LANGUAGES C)
option(WITH_MARK "" OFF)
add_library(first SHARED first.c)
add_library(second MODULE second.c)
if(WITH_MARK)
  target_compile_definitions(second PRIVATE ENTRY_MARK)
endif()
`;

    function several(): Project {
      const project = tinyProject('c', freshFolder());
      write(project.root, 'CMakeLists.txt', cmake);
      write(project.root, 'first.c', entry('c', 'first'));
      write(
        project.root,
        'second.c',
        `${entry('c', 'second')}\n#ifdef ENTRY_MARK\nint extra(void) { return 2; }\n#endif\n`,
      );
      return project;
    }

    it('names one of several targets, a module too, and passes flags on', async () => {
      const project = several();
      expect(await exportsOf(settingsFor(project, { target: 'second', identity: false }))).toContain('second');
      expect(await exportsOf(settingsFor(project, { target: 'first', identity: false }))).toContain('first');
      const flags = ['-DWITH_MARK=ON'];
      expect(await exportsOf(settingsFor(project, { target: 'second', identity: false, flags }))).toContain('extra');
    });

    it('says which targets there are when the name is wrong', async () => {
      const wrong = settingsFor(several(), { target: 'third', identity: false });
      await expect(buildProject(optionsFor(wrong), testContext())).rejects.toMatchObject({
        code: 'CPEX_E_BUILD_FAILED',
      });
      const none = settingsFor(several(), { identity: false });
      await expect(buildProject(optionsFor(none), testContext())).rejects.toMatchObject({
        code: 'CPEX_E_BUILD_NO_LIBRARY',
        evidence: expect.arrayContaining([expect.stringMatching(/of the target first$/) as string]) as string[],
      });
    });

    it('names the folder of the build file, and an identity file is neither written nor missed', async () => {
      const project = several();
      const inner = path.join(project.root, 'inner');
      mkdirSync(inner);
      for (const file of ['CMakeLists.txt', 'first.c', 'second.c']) {
        renameSync(path.join(project.root, file), path.join(inner, file));
      }
      const adopted = settingsFor(project, { folder: 'inner', target: 'second', identity: false });
      expect(await exportsOf(adopted)).toContain('second');
      expect(await exists(path.join(project.root, 'cpex/identity.h'))).toBe(false);
      expect(await exists(path.join(inner, 'cpex/identity.h'))).toBe(false);
      expect((await identityDrift(adopted)).map(({ id }) => id)).toEqual([]);
      const { plan } = await prepareBuild(optionsFor(adopted), testContext());
      expect(plan.identity).toBeUndefined();
      await expect(
        buildProject(optionsFor(settingsFor(project, { folder: 'gone' })), testContext()),
      ).rejects.toMatchObject({
        code: 'CPEX_E_BUILD_LAYOUT',
      });
    });

    it('keeps a trial out of the project', async () => {
      const project = settingsFor(several(), { target: 'second', identity: false });
      const scratch = freshFolder('scratch');
      const { artefacts } = await buildProject({ ...optionsFor(project), scratch }, testContext());
      expect(artefacts[0]?.file.startsWith(scratch)).toBe(true);
      expect(await exists(path.join(project.root, 'dist'))).toBe(false);
      expect(await exists(path.join(project.root, '.cpex'))).toBe(false);
    });

    it('judges what an identity file says where there is one', async () => {
      const project = tinyProject('c');
      replaceIn(path.join(project.root, 'CMakeLists.txt'), '1.0.0', '2.0.0');
      const ids = (await identityDrift(project)).map(({ id }) => id);
      expect(ids).toEqual(['project.identity', 'project.cmake-version']);
      expect(readFileSync(path.join(project.root, 'CMakeLists.txt'), 'utf8')).toContain('2.0.0');
    });
  },
);

describe('build: in cpex.yaml', () => {
  const manifest = (language: string, build: string) =>
    `manifest: 1\nid: a\nversion: "1.0.0"\nauthor: A\nlanguage: ${language}\nhost: cpex\ncapabilities: [hook:tool_pre_invoke]\nbuild:\n  ${build}\n`;

  it.each([
    ['go', 'package: ./cmd/plugin'],
    ['go', 'package: ./a-b/c_d'],
    ['rust', 'crate: my-crate'],
    ['c', 'target: my.target+x'],
    ['c', 'folder: plugins/mine'],
    ['rust', 'flags: [--features, "a b"]'],
    ['go', 'identity: false'],
  ])('takes %s %s', (language, build) => {
    expect(parseManifest(manifest(language, build), 'cpex.yaml').build).toBeDefined();
  });

  it.each([
    ['go', 'package: cmd/plugin', 'build.package: expected a package such as "./cmd/plugin"'],
    ['go', 'package: ./../outside', 'build.package: expected a package'],
    ['go', 'package: "-toolexec=x"', 'build.package: expected a package'],
    ['c', 'folder: ../outside', 'build.folder: expected a folder below this file'],
    ['c', 'folder: /etc', 'build.folder: expected a folder below this file'],
    ['c', 'folder: a/../../b', 'build.folder: expected a folder below this file'],
    ['c', 'folder: "-x"', 'build.folder: expected a folder below this file'],
    ['c', 'target: "-x"', 'build.target: expected the name of a CMake target'],
    ['rust', 'crate: "--config=x"', 'build.crate: expected the name of a Cargo package'],
    ['rust', 'package: ./x', 'build.package: expected no such key for rust: it is for go.'],
    ['go', 'crate: x', 'build.crate: expected no such key for go: it is for rust.'],
    ['rust', 'target: x', 'build.target: expected no such key for rust: it is for c.'],
    ['go', 'pakage: ./x', 'build.pakage'],
  ])('refuses %s %s', (language, build, message) => {
    const read = () => parseManifest(manifest(language, build), 'cpex.yaml');
    expect(read).toThrow('cpex.yaml has one problem.');
    try {
      read();
    } catch (error) {
      expect((error as { evidence: string[] }).evidence.join('\n')).toContain(message);
    }
  });
});
