import { LANGUAGE_EXPECTATIONS } from '../rules/expectations.js';
import type { PeRuleInput, Problem, Rule } from '../rules/rule.js';

const aslr: Rule<PeRuleInput> = {
  id: 'pe.aslr',
  severity: 'fail',
  cases: 'warn where only the wide address range is not used',
  title: 'It can be loaded at any address',
  why: 'A library at a known address makes attacks on the whole host easy, and cannot be loaded at all where something else has its place.',
  remedy: 'Link with --dynamicbase --high-entropy-va (/DYNAMICBASE /HIGHENTROPYVA), which is the default of today.',
  again: 'llvm-readobj --file-headers FILE | grep -E "DYNAMIC_BASE|HIGH_ENTROPY|RELOCS"',
  check: ({ pe }): readonly Problem[] => {
    if (!pe.relocatable)
      return [{ message: 'The library can be loaded at one address only: its relocations are gone.' }];
    if (!pe.dynamicBase) return [{ message: 'The library does not allow a random address (no DYNAMIC_BASE).' }];
    if (pe.highEntropy) return [];
    const message = 'The library is kept to the lowest 4 GiB of addresses (no HIGH_ENTROPY_VA).';
    return [{ severity: 'warn', message }];
  },
};

const nx: Rule<PeRuleInput> = {
  id: 'pe.nx',
  severity: 'fail',
  title: 'Data is not executable',
  why: 'Without the mark the library claims to run code out of its data; hardened systems refuse it.',
  remedy: 'Link with --nxcompat (/NXCOMPAT), which is the default of today.',
  again: 'llvm-readobj --file-headers FILE | grep NX_COMPAT',
  check: ({ pe }) =>
    pe.nxCompatible ? [] : [{ message: 'The library does not say that its data is not code (no NX_COMPAT).' }],
};

const controlFlowGuard: Rule<PeRuleInput> = {
  id: 'pe.cfg',
  severity: 'info',
  title: 'Indirect calls are guarded',
  why: 'With Control Flow Guard, Windows checks where indirect calls go. GNU compilers, Go and Rust do not do this by default; nothing breaks without it.',
  remedy: 'clang: -mguard=cf; Microsoft: /guard:cf; Rust: -C control-flow-guard (for MSVC).',
  again: 'llvm-readobj --file-headers FILE | grep GUARD_CF',
  check: ({ pe }) => (pe.controlFlowGuard ? [] : [{ message: 'The library is built without Control Flow Guard.' }]),
};

const writableCode: Rule<PeRuleInput> = {
  id: 'pe.wx-section',
  severity: 'fail',
  title: 'No memory is both writable and executable',
  why: 'Code that can be overwritten turns every memory error into code execution; hardened systems refuse it. Packers leave such sections.',
  remedy: 'Remove linker flags that merge code and data (-N, --omagic, /SECTION, /MERGE), and do not pack plugins.',
  again: 'llvm-readobj --sections FILE | grep -E "Name:|MEM_(WRITE|EXECUTE)"',
  check: ({ pe }) =>
    pe.sections
      .filter((section) => section.writable && section.executable)
      .map((section) => ({
        message: `The section ${section.name} is both writable and executable.`,
        evidence: [`address 0x${section.address.toString(16)}, ${section.memorySize} bytes`],
      })),
};

const callbacks: Rule<PeRuleInput> = {
  id: 'pe.tls-callbacks',
  only: 'library',
  clause: 'ABI-LOAD-002',
  severity: 'info',
  title: 'Code that runs while loading',
  why: 'TLS callbacks run before the host has said a word to the plugin, and again for every thread of the host. The start-up code of compilers brings two or three.',
  remedy: 'Do the work in the entry function instead.',
  again: 'llvm-readobj --coff-tls-directory FILE',
  check: ({ pe, language }) =>
    pe.tlsCallbacks <= LANGUAGE_EXPECTATIONS[language].constructors
      ? []
      : [{ message: `More code than usual runs while the library is loaded: ${pe.tlsCallbacks} TLS callbacks.` }],
};

export const PE_HARDENING_RULES: readonly Rule<PeRuleInput>[] = [aslr, nx, controlFlowGuard, writableCode, callbacks];
