import type { Rule } from './rule.js';

const execStack: Rule = {
  id: 'elf.exec-stack',
  severity: 'fail',
  title: 'The stack is not executable',
  why: 'Loading such a library makes the stacks of the whole host executable; newer glibc and hardened systems refuse to.',
  remedy:
    'Add -z noexecstack; assembler files need `.section .note.GNU-stack,"",@progbits`; avoid nested functions in C.',
  again: 'readelf -lW FILE | grep GNU_STACK',
  check: ({ dynamic }) => {
    if (dynamic.stack === 'plain') return [];
    return [
      {
        message:
          dynamic.stack === 'executable'
            ? 'The library asks for an executable stack.'
            : 'The library does not say that its stack need not be executable, so the loader makes it so.',
      },
    ];
  },
};

const writableCode: Rule = {
  id: 'elf.wx-segment',
  severity: 'fail',
  title: 'No memory is both writable and executable',
  why: 'Code that can be overwritten turns every memory error into code execution; hardened systems refuse it.',
  remedy: 'Remove linker scripts and flags (-z execstack, -N, --omagic) that merge code and data.',
  again: 'readelf -lW FILE | grep "RWE"',
  check: ({ dynamic }) =>
    dynamic.segments
      .filter((segment) => segment.writable && segment.executable)
      .map((segment) => ({
        message: 'A segment is both writable and executable.',
        evidence: [`address 0x${segment.address.toString(16)}, ${segment.memorySize} bytes`],
      })),
};

const textRelocations: Rule = {
  id: 'elf.text-relocations',
  severity: 'fail',
  title: 'Code needs no patching when loaded',
  why: 'The loader must make code writable to patch it: memory is no longer shared, and hardened systems refuse it.',
  remedy: 'Compile every object with -fPIC and remove -z notext.',
  again: 'readelf -dW FILE | grep TEXTREL',
  check: ({ dynamic }) =>
    dynamic.textRelocations ? [{ message: 'The library has relocations in its code (TEXTREL).' }] : [],
};

const relro: Rule = {
  id: 'elf.relro',
  severity: 'warn',
  title: 'Relocated tables become read-only',
  why: 'Without RELRO the tables of function addresses stay writable for the life of the process.',
  remedy: 'Remove -z norelro.',
  again: 'readelf -lW FILE | grep GNU_RELRO',
  check: ({ dynamic, expected, language }) => {
    // Go links executables by itself, and has no tables that a loader would fill.
    const own = expected.kind === 'executable' && language === 'go';
    return dynamic.relro === 'none' && !own ? [{ message: 'The library has no RELRO segment.' }] : [];
  },
};

const bindNow: Rule = {
  id: 'elf.bind-now',
  severity: 'info',
  title: 'Functions are bound when loaded',
  why: 'Bound at once, a missing function shows when the plugin is loaded and not at its first call, and all tables can become read-only.',
  remedy: 'Link with -z now.',
  again: 'readelf -dW FILE | grep -E "BIND_NOW|FLAGS"',
  check: ({ dynamic, expected }) => {
    const nothing = expected.kind === 'executable' && dynamic.needed.length === 0;
    return dynamic.bindNow || nothing ? [] : [{ message: 'Functions are bound lazily (no BIND_NOW).' }];
  },
};

export const HARDENING_RULES: readonly Rule[] = [execStack, writableCode, textRelocations, relro, bindNow];
