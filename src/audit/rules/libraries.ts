import path from 'node:path';
import { C_LIBRARIES, FREEBSD_LIBRARIES, LANGUAGE_EXPECTATIONS, SANITIZER_LIBRARIES } from './expectations.js';
import type { Problem, Rule } from './rule.js';

const STDCXX = /^lib(?:std)?c\+\+(?:abi)?\.so/;

const needed: Rule = {
  id: 'elf.needed',
  clause: 'ABI-LOAD-001',
  severity: 'warn',
  cases: 'fail for a library named with its folder',
  title: 'It needs nothing that a system may lack',
  why: 'A library that is not part of the system must be installed wherever the plugin goes. One that is named with its folder exists on the build machine only.',
  remedy: 'Link the dependency statically, or say in the README what must be installed.',
  again: 'readelf -dW FILE | grep NEEDED',
  check: ({ facts, dynamic, language }) => {
    const own = LANGUAGE_EXPECTATIONS[language].toolchainLibraries;
    return dynamic.needed.flatMap((name): Problem[] => {
      if (name.includes('/')) {
        return [
          {
            severity: 'fail',
            message: `The library needs ${name}, a path of the machine that built it.`,
            remedy: 'Link with -lNAME, and give the needed library a SONAME.',
          },
        ];
      }
      const system = facts.os === 'freebsd' && FREEBSD_LIBRARIES.test(name);
      const known =
        system || C_LIBRARIES.test(name) || own.test(name) || STDCXX.test(name) || SANITIZER_LIBRARIES.test(name);
      return known ? [] : [{ message: `The library needs ${name}, which not every system has.` }];
    });
  },
};

const stdcxx: Rule = {
  id: 'elf.libstdcxx',
  only: 'library',
  severity: 'warn',
  title: 'It does without the C++ library',
  why: 'A plugin and a host with different C++ libraries in one process are a classic source of crashes, and its versions differ between systems.',
  remedy: 'Link with -static-libstdc++ and hide its symbols (-Wl,--exclude-libs,ALL), or avoid C++.',
  again: 'readelf -dW FILE | grep NEEDED',
  check: ({ dynamic }) =>
    dynamic.needed
      .filter((name) => STDCXX.test(name))
      .map((name) => ({ message: `The library needs the C++ library (${name}).` })),
};

const runPath: Rule = {
  id: 'elf.run-path',
  severity: 'fail',
  title: 'It looks for libraries nowhere but beside itself',
  why: 'The loader searches these folders first. An absolute one is a folder of the build machine; a relative one lets whoever controls the working folder bring code into the host.',
  remedy: 'Remove -rpath (CMake: set CMAKE_SKIP_RPATH), or use $ORIGIN.',
  again: 'readelf -dW FILE | grep -E "RPATH|RUNPATH"',
  check: ({ dynamic }) =>
    dynamic.runPaths.flatMap(({ kind, folder }): Problem[] => {
      const why = runPathProblem(folder);
      return why === undefined ? [] : [{ message: `${kind} ${JSON.stringify(folder)} ${why}.` }];
    }),
};

function runPathProblem(folder: string): string | undefined {
  if (folder === '') return 'is empty and means the working folder';
  if (folder.startsWith('/')) return 'is an absolute folder';
  const inside = /^\$(?:ORIGIN|\{ORIGIN\})(?:\/(.*))?$/.exec(folder);
  if (inside === null) return 'is relative to the working folder';
  return path.posix.normalize(inside[1] ?? '.').startsWith('..') ? "leaves the plugin's own folder" : undefined;
}

export const LIBRARY_RULES: readonly Rule[] = [needed, stdcxx, runPath];
