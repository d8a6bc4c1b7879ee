import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Project } from '../../src/model/manifest.js';
import type { TargetName } from '../../src/model/target.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { llvm } from '../tools/llvm.js';
import {
  appleFacts,
  BUILD_MS,
  type BuiltLibrary,
  buildOne,
  ENV,
  exportsOf,
  highestGlibc,
  kindFor,
  kindOf,
  lackFor,
  mentions,
  titled,
} from './foreign-library.js';
import { freshFolder, removeFolders, replaceIn, tinyProject, write } from './projects.js';

afterAll(removeFolders);

/** With the SDK's own header; what is not marked for export must stay inside, and a static library comes along. */
const FILES = {
  'CMakeLists.txt': `cmake_minimum_required(VERSION 3.20)
project(tiny VERSION 1.0.0)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
add_library(helper STATIC src/helper.c)
add_library(tiny SHARED src/plugin.c)
target_link_libraries(tiny PRIVATE helper)
set_target_properties(tiny PROPERTIES PREFIX "")
`,
  'src/helper.c': `#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int helper(const char *text) {
  char *copy = malloc(strlen(text) + 8);
  if (copy == NULL) return -1;
  int length = snprintf(copy, strlen(text) + 8, "%s %.0f", text, floor((double)strlen(text)));
  free(copy);
  return length;
}
`,
  'src/plugin.c': `#include <assert.h>
#include "../cpex/cpex_abi.h"
#include "../cpex/identity.h"
int helper(const char *text);
int not_for_others(int shift) { return 1 << (shift + 30); }
int CPEX_ENTRY(const cpex_host_api *host, cpex_plugin_api *plugin) {
  if (host == NULL || plugin == NULL) return 1;
  return helper(__FILE__ CPEX_PLUGIN_ID __DATE__) + not_for_others((int)host->abi_version);
}
`,
};

function richProject(name?: string): Project {
  const project = tinyProject('c', freshFolder(name));
  for (const [file, text] of Object.entries(FILES)) write(project.root, file, text);
  mkdirSync(path.join(project.root, 'cpex'), { recursive: true });
  for (const header of ['cpex_abi.h', 'cpex_seam.h']) {
    copyFileSync(path.join('templates/sdk/c', header), path.join(project.root, 'cpex', header));
  }
  return project;
}

const ALL = Object.values(TARGETS).filter((target) => target.zig !== undefined);
const lacks = new Map<TargetName, string | undefined>();
for (const { name } of ALL) lacks.set(name, await lackFor('c', name));
const noZig = await lackFor('c', 'linux-x64', '2.17');

/** What linkers for macOS and musl's start files export of their own accord. */
const OF_THE_SYSTEM = /^(?:__dso_handle|_mh_dylib_header|_init|_fini)$/;

describe.each(ALL)('C for $name', (target) => {
  const lack = lacks.get(target.name);
  const group = describe.skipIf(lack !== undefined);

  group(titled('from this machine', lack), () => {
    let built: BuiltLibrary;

    it('builds, passes the audit and leaves nothing beside the library', { timeout: BUILD_MS }, async () => {
      built = await buildOne(richProject(), target.name);
      expect(built.result.findings.filter((one) => one.severity === 'fail')).toEqual([]);
      const names = ['build.json', `tiny${target.libraryExtension}`];
      expect(readdirSync(path.dirname(built.file)).sort()).toEqual(names);
    });

    it('makes what LLVM takes for the target, with the entry as its only export', ({ skip }) => {
      const kind = kindOf(built.file);
      if (kind === undefined) return skip('no llvm-readobj');
      expect(kind).toBe(kindFor(target));
      const names = exportsOf(built.file, target) ?? [];
      expect(names.filter((name) => !OF_THE_SYSTEM.test(name))).toEqual(['cpex_plugin_init']);
    });

    it('makes the same bytes in another folder, at another time', { timeout: BUILD_MS }, async () => {
      const other = await buildOne(richProject('an other folder'), target.name);
      expect(other.sha256).toBe(built.sha256);
      expect(mentions(built.file, 'cpex-build-test')).toBeUndefined();
    });

    if (target.os !== 'darwin') return;
    it('names it by @rpath, and signs it where macOS wants that', () => {
      expect(appleFacts(built)).toEqual({
        name: '@rpath/tiny.dylib',
        signature: target.arch === 'arm64' ? 'adhoc' : 'none',
        problems: [],
        minimum: '11.0',
      });
    });
  });
});

describe.skipIf(noZig !== undefined)(titled('C for an older glibc', noZig), () => {
  it.each([
    ['linux-x64', '2.17'],
    ['linux-arm64', '2.17'],
    ['linux-arm64', '2.28'],
  ] as const)('%s works with %s', { timeout: BUILD_MS }, async (target, glibc) => {
    const { file, result } = await buildOne(richProject(), target, { glibc });
    expect(result.plan.targets[0]?.toolchain.compiler?.source).toBe('zig');
    expect(highestGlibc(file)).toBeLessThanOrEqual(Number(glibc.slice(2)));
  });
});

/** As another project may have it: below a folder, under a name of its own, as a module with flags of the project. */
function foreignProject(): Project {
  const project = tinyProject('c', freshFolder(), {
    build: { folder: 'native', target: 'plug', flags: ['-DANSWER=7'] },
  });
  write(
    project.root,
    'native/CMakeLists.txt',
    `cmake_minimum_required(VERSION 3.20)
project(several C)
add_library(other SHARED plug.c)
add_library(plug MODULE plug.c)
target_compile_definitions(plug PRIVATE ANSWER=\${ANSWER} IS_PLUGIN)
`,
  );
  const marks = '#if defined(_WIN32)\n#define E __declspec(dllexport)\n#else\n#define E\n#endif\n';
  const entry = '#ifdef IS_PLUGIN\nE int cpex_plugin_init(void *h, void *p) { return h == p ? ANSWER : 0; }\n#endif\n';
  write(project.root, 'native/plug.c', `${marks}${entry}E int answer(void) { return 1; }\n`);
  return project;
}

describe.each(['linux-arm64', 'windows-x64'] as const)('a project with a build of its own for %s', (name) => {
  const lack = lacks.get(name);
  it.skipIf(lack !== undefined)(titled('is built by its own rules', lack), { timeout: BUILD_MS }, async () => {
    const { file } = await buildOne(foreignProject(), name);
    expect(readdirSync(path.dirname(file)).sort()).toEqual(['build.json', `tiny${TARGETS[name].libraryExtension}`]);
    expect(exportsOf(file, TARGETS[name]) ?? ['cpex_plugin_init']).toContain('cpex_plugin_init');
  });
});

const noArm = lacks.get('linux-arm64');
describe.skipIf(noArm !== undefined)(titled('the build folder of a foreign target', noArm), () => {
  const project = richProject();
  const cmake = path.join(project.root, '.cpex/build/linux-arm64/cmake');
  const configured = (built: BuiltLibrary) => built.explanation.find((line) => line.startsWith('configure: '));

  it('is kept while the tools are the same, and a source with an older date is still seen', async () => {
    const first = await buildOne(project, 'linux-arm64');
    expect(configured(first)).toContain('first time');
    const again = await buildOne(project, 'linux-arm64');
    expect(configured(again)).toContain('skipped');
    expect(again.sha256).toBe(first.sha256);
    const source = path.join(project.root, 'src/plugin.c');
    replaceIn(source, 'shift + 30', 'shift + 29');
    utimesSync(source, 1, 1);
    expect((await buildOne(project, 'linux-arm64')).sha256).not.toBe(first.sha256);
  });

  it('is made anew for another compiler', async () => {
    const mine = path.join(freshFolder('bin'), 'arm-gcc');
    write(path.dirname(mine), 'arm-gcc', '#!/bin/sh\nexec aarch64-linux-gnu-gcc "$@"\n');
    chmodSync(mine, 0o755);
    write(cmake, 'of-the-last-one', '');
    const built = await buildOne(project, 'linux-arm64', {}, { ...ENV, CC_linux_arm64: `${mine} -DEXTRA=1` });
    expect(configured(built)).toContain('tools or flags changed');
    expect(existsSync(path.join(cmake, 'of-the-last-one'))).toBe(false);
    expect(kindOf(built.file) ?? kindFor(TARGETS['linux-arm64'])).toBe(kindFor(TARGETS['linux-arm64']));
    expect(built.result.plan.targets[0]?.toolchain.compiler).toMatchObject({
      source: 'explicit',
      why: 'CC_linux_arm64 names it',
    });
  });
});

describe.skipIf(noZig !== undefined)(titled('a debug build by zig', noZig), () => {
  it('has no traps for what C leaves undefined', { timeout: BUILD_MS }, async ({ skip }) => {
    const { file } = await buildOne(richProject(), 'linux-x64', { mode: 'debug', glibc: '2.17' });
    const said = llvm('objdump', '-d', '--disassemble-symbols=not_for_others', file);
    if (said === undefined) return skip('no llvm-objdump');
    expect(said).toContain('<not_for_others>');
    expect(said).not.toMatch(/ubsan|\bud[12]/);
  });
});
