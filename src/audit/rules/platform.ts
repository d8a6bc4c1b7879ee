import type { Rule } from './rule.js';

const type: Rule = {
  id: 'elf.type',
  only: 'library',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'It is a shared library',
  why: 'A host loads plugins with dlopen, which takes shared libraries only: no executables, object files or memory dumps.',
  remedy:
    'Link a shared library: add_library(… SHARED), go build -buildmode=c-shared, crate-type = ["cdylib"]. Where the host starts its plugins as processes, name it: --host tau.',
  again: 'readelf -hW FILE',
  check: ({ facts, dynamic }) => {
    if (facts.role === 'library') return [];
    const evidence = [
      ...(dynamic.interpreter === undefined ? [] : [`interpreter: ${dynamic.interpreter}`]),
      ...(dynamic.pie ? ['flag: PIE'] : []),
    ];
    return [{ message: `The file is a ${facts.description}, not a shared library.`, evidence }];
  },
};

const program: Rule = {
  id: 'elf.program',
  only: 'executable',
  severity: 'fail',
  title: 'It is an executable',
  why: 'A host of this kind starts its plugins as processes; nobody loads them.',
  remedy: 'Build a program: add_executable(…), go build of package main, src/main.rs.',
  again: 'readelf -hW FILE',
  check: ({ facts }) =>
    facts.role === 'executable' ? [] : [{ message: `The file is a ${facts.description}, not an executable.` }],
};

const machine: Rule = {
  id: 'elf.machine',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'Processor, word size and system fit the target',
  why: 'A library for another processor or system cannot be loaded; 32-bit libraries are not supported at all.',
  remedy: 'Build for the right target (cpex build --target …) or name the one it was built for with --target.',
  again: 'readelf -hW FILE',
  check: ({ facts, dynamic, expected }) => {
    const { target } = expected;
    const evidence: string[] = [];
    // What needs no C library may say nothing of FreeBSD in its header, which then reads like that of Linux.
    const silent = target?.os === 'freebsd' && facts.os === 'linux' && dynamic.libc === undefined;
    if (facts.bits === 32) evidence.push('word size: 32 bits, expected 64');
    if (facts.littleEndian === false) evidence.push('byte order: big-endian, expected little-endian');
    if (target !== undefined && facts.arch !== target.arch) {
      evidence.push(`processor: ${facts.arch}, expected ${target.arch}`);
    }
    if (target !== undefined && facts.os !== target.os && !silent) {
      evidence.push(`system: ${facts.os ?? 'not one that cpex knows'}, expected ${target.os}`);
    }
    const wanted = target === undefined ? 'any target of cpex' : target.name;
    return evidence.length === 0 ? [] : [{ message: `${facts.description} does not fit ${wanted}.`, evidence }];
  },
};

const libc: Rule = {
  id: 'elf.libc',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'It needs the C library of the target',
  why: 'A library linked against musl cannot be loaded into a glibc process and the other way round, whatever the processor.',
  remedy: 'Build for the target with or without -musl that your host runs on.',
  again: 'readelf -dW FILE | grep NEEDED',
  check: ({ facts, dynamic, expected }) => {
    const wanted = expected.target;
    if (wanted?.os !== 'linux' || facts.os !== 'linux' || dynamic.libc === undefined || dynamic.libc === wanted.libc) {
      return [];
    }
    return [
      {
        message: `The library needs ${dynamic.libc}, but ${wanted.name} has ${wanted.libc}.`,
        evidence: dynamic.needed.map((name) => `needs ${name}`),
      },
    ];
  },
};

const goMusl: Rule = {
  id: 'elf.go-musl',
  only: 'library',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'Go libraries are not for musl',
  why: 'The Go runtime uses initial-exec thread-local storage and reads argc and argv from its constructor; musl offers neither to a library that is loaded later (golang/go#54805).',
  remedy: 'Use a glibc target, or write the plugin in C or Rust.',
  again: 'readelf -dW FILE | grep -E "NEEDED|FLAGS"',
  check: ({ dynamic, expected, language }) => {
    const musl = dynamic.libc === 'musl' || expected.target?.libc === 'musl';
    return musl && language === 'go' ? [{ message: 'This Go library cannot be loaded by a musl process.' }] : [];
  },
};

const noOpen: Rule = {
  id: 'elf.no-open',
  only: 'library',
  clause: 'ABI-LOAD-001',
  severity: 'fail',
  title: 'It may be loaded at run time',
  why: 'A library linked with -z nodlopen is refused by dlopen.',
  remedy: 'Remove -z nodlopen from the linker flags.',
  again: 'readelf -dW FILE | grep FLAGS_1',
  check: ({ dynamic }) => (dynamic.noOpen ? [{ message: 'The library forbids dlopen (flag NOOPEN).' }] : []),
};

const cpuLevel: Rule = {
  id: 'elf.cpu-level',
  severity: 'warn',
  title: 'It runs on every processor of the target',
  why: 'A library marked as needing x86-64-v2 or higher is refused by the loader on older processors.',
  remedy: 'Remove -march=…, -mneeded or -z x86-64-vN from the flags.',
  again: 'readelf -nW FILE',
  check: ({ dynamic }) => {
    const levels = dynamic.properties.filter((property) => /^needs x86-64-v\d$/.test(property));
    return levels.length === 0 ? [] : [{ message: `The library ${levels.at(-1)}.`, evidence: levels }];
  },
};

const pageSize: Rule = {
  id: 'elf.page-size',
  severity: 'warn',
  title: 'arm64 segments are aligned for large pages',
  why: 'arm64 kernels use pages of 4, 16 or 64 KiB. A library aligned for 4 KiB cannot be loaded where pages are larger.',
  remedy: 'Link with -z max-page-size=65536 (the usual default for arm64).',
  again: 'readelf -lW FILE | grep LOAD',
  check: ({ facts, dynamic }) => {
    if (facts.arch !== 'arm64') return [];
    const least = Math.min(...dynamic.segments.map((segment) => segment.alignment));
    return least >= 16_384
      ? []
      : [{ message: `Segments are aligned to ${least} bytes; processes with larger pages cannot load them.` }];
  },
};

export const PLATFORM_RULES: readonly Rule[] = [type, program, machine, libc, goMusl, noOpen, cpuLevel, pageSize];
