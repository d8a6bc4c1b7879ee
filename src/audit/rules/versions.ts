import type { VersionNeed } from '../../model/binary.js';
import { compareVersions } from '../version-order.js';
import { COMPILER_LIBRARY_STEPS, NAMED_GLIBC_VERSIONS } from './expectations.js';
import { listed, type Problem, type Rule } from './rule.js';

/**
 * The glibc version that one entry of the version table asks for, e.g. `2.34`; undefined for entries
 * of other libraries and for soft entries, which an older glibc does not refuse.
 */
function glibcOf(need: VersionNeed): string | undefined {
  if (need.weak) return undefined;
  return NAMED_GLIBC_VERSIONS[need.version] ?? /^GLIBC_(\d+(?:\.\d+)+)$/.exec(need.version)?.[1];
}

/** The oldest glibc that accepts a library with these needs; undefined when it needs none. */
export function neededGlibc(needs: readonly VersionNeed[]): string | undefined {
  return needs
    .map(glibcOf)
    .filter((version) => version !== undefined)
    .sort(compareVersions)
    .at(-1);
}

/** One line for each entry above a version, newest first, with the symbols that are to blame. */
export function glibcEvidence(needs: readonly VersionNeed[], above: string): string[] {
  return needs
    .flatMap((need) => {
      const version = glibcOf(need);
      return version !== undefined && compareVersions(version, above) > 0 ? [{ version, need }] : [];
    })
    .sort((left, right) => compareVersions(right.version, left.version))
    .map(({ need }) => {
      const symbols = need.symbols.length === 0 ? 'no symbol uses it' : listed(need.symbols, 10);
      return `${need.version} of ${need.library}: ${symbols}`;
    });
}

const floor: Rule = {
  id: 'elf.glibc-floor',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  cases: 'info when no limit was given: then it only says what is needed',
  title: 'It runs on the oldest glibc that was promised',
  why: 'The loader refuses a library that asks for a glibc version newer than the system has. What counts is the version entry: a weak symbol with a strong entry is refused all the same.',
  remedy:
    'Build for an older glibc (cpex build --glibc 2.28, which takes zig), avoid the functions, or raise glibc in cpex.yaml.',
  again: 'readelf -VW FILE',
  check: ({ dynamic, expected }): readonly Problem[] => {
    const needed = neededGlibc(dynamic.versionNeeds);
    if (needed === undefined) return [];
    const allowed = expected.glibcFloor;
    if (allowed === undefined) {
      const evidence = glibcEvidence(dynamic.versionNeeds, previousStep(needed));
      return [{ severity: 'info', message: `The library needs glibc ${needed} or newer.`, evidence }];
    }
    if (compareVersions(needed, allowed) <= 0) return [];
    return [
      {
        message: `The library needs glibc ${needed}, but at most ${allowed} is allowed.`,
        evidence: glibcEvidence(dynamic.versionNeeds, allowed),
      },
    ];
  },
};

/** The baseline below a version, so that evidence names the symbols that lift it beyond. */
function previousStep(version: string): string {
  const below = COMPILER_LIBRARY_STEPS.map((step) => step.glibc).filter((step) => compareVersions(step, version) < 0);
  return below.at(-1) ?? '0';
}

const privateSymbols: Rule = {
  id: 'elf.glibc-private',
  severity: 'fail',
  title: 'It uses no private parts of glibc',
  why: 'Symbols of GLIBC_PRIVATE change with every glibc release and even between builds of one.',
  remedy: 'Use the public function instead.',
  again: 'readelf -VW FILE',
  check: ({ dynamic }) => {
    const needs = dynamic.versionNeeds.filter((need) => need.version === 'GLIBC_PRIVATE');
    if (needs.length === 0) return [];
    const evidence = needs.map((need) => `${need.library}: ${listed(need.symbols)}`);
    return [{ message: 'The library uses private symbols of glibc.', evidence }];
  },
};

const compilerLibraries: Rule = {
  id: 'elf.gcc-floor',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'It runs with the compiler libraries of the promised systems',
  why: 'libgcc_s and libstdc++ come with the system as glibc does; systems with an old glibc have old ones.',
  remedy:
    'Build with the compiler of the oldest system that you support, or link with -static-libgcc -static-libstdc++.',
  again: 'readelf -VW FILE',
  check: ({ dynamic, expected }) => {
    const limit = expected.glibcFloor;
    if (limit === undefined) return [];
    const step = COMPILER_LIBRARY_STEPS.filter((one) => compareVersions(one.glibc, limit) <= 0).at(-1);
    if (step === undefined) return [];
    const evidence = dynamic.versionNeeds.flatMap((need) => {
      const parts = /^(GCC|GLIBCXX|CXXABI)_(\d+(?:\.\d+)*)$/.exec(need.version);
      const allowed = step[parts?.[1] as 'GCC' | 'GLIBCXX' | 'CXXABI'];
      if (need.weak || parts?.[2] === undefined || compareVersions(parts[2], allowed) <= 0) return [];
      return [
        `${need.version} of ${need.library}: ${listed(need.symbols)} (systems with glibc ${limit} have ${allowed})`,
      ];
    });
    return evidence.length === 0
      ? []
      : [{ message: `The library needs newer compiler libraries than systems with glibc ${limit} have.`, evidence }];
  },
};

export const VERSION_RULES: readonly Rule[] = [floor, privateSymbols, compilerLibraries];
