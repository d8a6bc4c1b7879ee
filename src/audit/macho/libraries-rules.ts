import path from 'node:path';
import { SANITIZER_LIBRARIES } from '../rules/expectations.js';
import type { MachORuleInput, Problem, Rule } from '../rules/rule.js';
import type { Library } from './libraries.js';

/** Libraries that every macOS has, most of them in the loader's cache only. */
const SYSTEM = /^\/(?:usr\/lib|System\/Library)\//;
/** Part of macOS until 10.14, for programs of that time. */
const OLD_STDCXX = /\/libstdc\+\+\.\d+\.dylib$/;

const needed: Rule<MachORuleInput> = {
  id: 'macho.needed',
  clause: 'ABI-LOAD-001',
  severity: 'warn',
  cases: 'fail for one that is named by a folder of the build machine or by no folder; info where it may be absent',
  title: 'It needs nothing that a system may lack',
  why: 'A library that is not part of macOS must be installed wherever the plugin goes. One outside /usr/lib and /System exists on the build machine only.',
  remedy: 'Link the dependency statically, or say in the README what must be installed.',
  again: 'otool -L FILE',
  check: ({ macho }) => macho.libraries.flatMap((library) => problemOf(library) ?? []),
};

function problemOf({ name, kind }: Library): Problem | undefined {
  if (SANITIZER_LIBRARIES.test(name)) return undefined;
  if (OLD_STDCXX.test(name)) {
    return {
      message: `The library needs the GNU C++ library (${name}), which macOS no longer has.`,
      remedy: 'Compile with -stdlib=libc++.',
    };
  }
  if (SYSTEM.test(name)) return undefined;
  const optional = kind === 'weak' || kind === 'lazy';
  const verb = optional ? 'uses, where it is there,' : 'needs';
  const weaker = optional ? { severity: 'info' as const } : {};
  if (/^@(?:rpath|loader_path)\//.test(name)) {
    return { message: `The library ${verb} ${name}, which must be installed beside it.`, ...weaker };
  }
  const why = name.startsWith('/')
    ? 'a path of the machine that built it'
    : name.startsWith('@executable_path/')
      ? 'which is looked for beside the host program'
      : 'which is looked for in the working folder';
  return {
    severity: 'fail',
    message: `The library ${verb} ${name}, ${why}.`,
    remedy: 'Link it statically, or give it an install name of @rpath/… and add a run path of @loader_path.',
    ...weaker,
  };
}

const runPath: Rule<MachORuleInput> = {
  id: 'macho.run-path',
  severity: 'fail',
  title: 'It looks for libraries nowhere but beside itself',
  why: 'The loader searches these folders for @rpath. An absolute one is a folder of the build machine; a relative one lets whoever controls the working folder bring code into the host.',
  remedy: 'Remove -rpath (CMake: set CMAKE_SKIP_RPATH), or use @loader_path.',
  again: 'otool -l FILE | grep -A2 LC_RPATH',
  check: ({ macho }) =>
    macho.runPaths.flatMap((folder): Problem[] => {
      const why = runPathProblem(folder);
      return why === undefined ? [] : [{ message: `Run path ${JSON.stringify(folder)} ${why}.` }];
    }),
};

function runPathProblem(folder: string): string | undefined {
  // Apple's linkers add the folder of Swift's libraries.
  if (SYSTEM.test(`${folder}/`)) return undefined;
  if (folder === '') return 'is empty and means the working folder';
  if (folder.startsWith('/')) return 'is an absolute folder';
  if (/^@executable_path(?:\/|$)/.test(folder)) return 'is the folder of the host program';
  const inside = /^@loader_path(?:\/(.*))?$/.exec(folder);
  if (inside === null) return 'is relative to the working folder';
  return path.posix.normalize(inside[1] ?? '.').startsWith('..') ? "leaves the plugin's own folder" : undefined;
}

const installName: Rule<MachORuleInput> = {
  id: 'macho.install-name',
  only: 'library',
  severity: 'warn',
  title: 'Its own name is no path of the build machine',
  why: 'Linkers write the path of the output into the library as its name. It tells about the machine, and keeps builds in two folders from being equal. Loading by path works all the same.',
  remedy:
    'C: -install_name @rpath/NAME.dylib (CMake: CMAKE_INSTALL_NAME_DIR=@rpath with CMAKE_BUILD_WITH_INSTALL_NAME_DIR=ON); Rust: cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/NAME.dylib in build.rs.',
  again: 'otool -D FILE',
  check: ({ macho, expected }) => {
    const name = macho.ownName;
    // A bare name is what linkers write for an output in the folder that they run in.
    if (name === undefined || name.startsWith('@') || !name.includes('/') || SYSTEM.test(name)) return [];
    const severity = expected.debug === true ? { severity: 'info' as const } : {};
    return [{ message: `The library calls itself ${name}.`, ...severity }];
  },
};

export const MACHO_LIBRARY_RULES: readonly Rule<MachORuleInput>[] = [needed, runPath, installName];
