import { LANGUAGE_EXPECTATIONS } from '../rules/expectations.js';
import type { MachORuleInput, Problem, Rule } from '../rules/rule.js';

const writableCode: Rule<MachORuleInput> = {
  id: 'macho.wx-segment',
  severity: 'fail',
  title: 'No memory is both writable and executable',
  why: 'Code that can be overwritten turns every memory error into code execution; arm64 refuses it, and so do hardened programs.',
  remedy: 'Remove -segprot and other linker flags that merge code and data.',
  again: 'otool -l FILE | grep -E "segname|initprot"',
  check: ({ macho }) =>
    macho.segments
      .filter((segment) => segment.writable && segment.executable)
      .map((segment) => ({
        message: `Segment ${segment.name} is both writable and executable.`,
        evidence: [`address 0x${segment.address.toString(16)}, ${segment.memorySize} bytes`],
      })),
};

const execStack: Rule<MachORuleInput> = {
  id: 'macho.exec-stack',
  severity: 'fail',
  title: 'The stack is not executable',
  why: 'The library is marked as wanting to run code on the stack. macOS heeds the mark in programs only, so such code crashes.',
  remedy: 'Remove -allow_stack_execute from the linker flags.',
  again: 'otool -hv FILE | grep ALLOW_STACK_EXECUTION',
  check: ({ macho }) => (macho.executableStack ? [{ message: 'The library asks for an executable stack.' }] : []),
};

const anyAddress: Rule<MachORuleInput> = {
  id: 'macho.pie',
  only: 'executable',
  severity: 'warn',
  cases: 'fail on arm64, where such executables do not start',
  title: 'It can be put at any address',
  why: 'Code at a known address makes attacks easier, and macOS on arm64 does not start it at all.',
  remedy: 'Remove -no_pie from the linker flags.',
  again: 'otool -hv FILE | grep PIE',
  check: ({ facts, macho }) => {
    if (macho.pie) return [];
    const severity = facts.arch === 'arm64' ? { severity: 'fail' as const } : {};
    return [{ message: 'The executable is bound to one address (no PIE).', ...severity }];
  },
};

const SIGN =
  'Sign it once more after the last change: codesign --force --sign - FILE on macOS, rcodesign sign elsewhere. Linkers sign arm64 libraries by themselves.';

const signature: Rule<MachORuleInput> = {
  id: 'macho.signature',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  cases: 'warn on x64 for a wrong signature; nothing there for none',
  title: 'Its signature fits its content',
  why: 'macOS on arm64 loads signed code only, and ends the whole host when a page does not fit its hash. An ad hoc signature, which linkers make, is enough; whoever signed is not judged here.',
  remedy: SIGN,
  again: 'otool -l FILE | grep -A3 LC_CODE_SIGNATURE',
  check: ({ facts, macho }): readonly Problem[] => {
    const must = facts.arch !== 'x64';
    if (macho.signature === 'none') {
      return must ? [{ message: 'The library is not signed; macOS on arm64 does not load it.' }] : [];
    }
    if (macho.signatureProblems.length === 0) return [];
    const message = 'The signature does not fit the library: it was changed after signing, or signed wrongly.';
    return [{ message, evidence: macho.signatureProblems, ...(must ? {} : { severity: 'warn' as const }) }];
  },
};

const constructors: Rule<MachORuleInput> = {
  id: 'macho.constructors',
  only: 'library',
  clause: 'ABI-LOAD-002',
  severity: 'info',
  title: 'Code that runs while loading',
  why: 'Initialisers run before the host has said a word to the plugin.',
  remedy: 'Do the work in the entry function instead.',
  again: 'otool -l FILE | grep -A4 -E "__mod_init_func|__init_offsets|LC_ROUTINES"',
  check: ({ macho, language }) =>
    macho.constructors <= LANGUAGE_EXPECTATIONS[language].constructors
      ? []
      : [{ message: `More code than usual runs while the library is loaded: ${macho.constructors} initialisers.` }],
};

export const MACHO_HARDENING_RULES: readonly Rule<MachORuleInput>[] = [
  writableCode,
  execStack,
  anyAddress,
  signature,
  constructors,
];
