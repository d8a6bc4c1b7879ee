import type { PeRuleInput, Rule } from '../rules/rule.js';

const type: Rule<PeRuleInput> = {
  id: 'pe.type',
  only: 'library',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'It is a native DLL',
  why: 'A host loads plugins with LoadLibrary and looks functions up in them: programs and .NET assemblies have none to offer.',
  remedy:
    'Link a DLL: add_library(… SHARED), go build -buildmode=c-shared, crate-type = ["cdylib"]. Where the host starts its plugins as processes, name it: --host tau.',
  again: 'llvm-readobj --file-headers FILE | grep -E "DLL|CLRRuntimeHeader"',
  check: ({ facts, pe }) => {
    if (!pe.dll) return [{ message: `The file is a ${facts.description}, not a shared library.` }];
    return pe.managed && pe.exports.length === 0
      ? [{ message: 'The file is a .NET assembly, not a native library.' }]
      : [];
  },
};

const program: Rule<PeRuleInput> = {
  id: 'pe.program',
  only: 'executable',
  severity: 'fail',
  title: 'It is a program',
  why: 'A host of this kind starts its plugins as processes; nobody loads them.',
  remedy: 'Build a program: add_executable(…), go build of package main, src/main.rs.',
  again: 'llvm-readobj --file-headers FILE | grep DLL',
  check: ({ facts, pe }) => (pe.dll ? [{ message: `The file is a ${facts.description}, not an executable.` }] : []),
};

const machine: Rule<PeRuleInput> = {
  id: 'pe.machine',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'Processor, word size and system fit the target',
  why: 'A library for another processor or system cannot be loaded; 32-bit libraries are not supported at all.',
  remedy: 'Build for the right target (cpex build --target …) or name the one it was built for with --target.',
  again: 'llvm-readobj --file-headers FILE | grep -E "Machine|Magic"',
  check: ({ facts, expected }) => {
    const { target } = expected;
    const evidence: string[] = [];
    if (facts.bits === 32) evidence.push('word size: 32 bits (PE32), expected 64 (PE32+)');
    if (target !== undefined && facts.arch !== target.arch) {
      evidence.push(`processor: ${facts.arch}, expected ${target.arch}`);
    }
    if (target !== undefined && target.os !== 'windows') evidence.push(`system: windows, expected ${target.os}`);
    const foreign = target === undefined && facts.arch !== 'x64' && facts.arch !== 'arm64';
    if (foreign && facts.bits === 64) evidence.push(`processor: ${facts.arch}, expected x64 or arm64`);
    const wanted = target === undefined ? 'any target of cpex' : target.name;
    return evidence.length === 0 ? [] : [{ message: `${facts.description} does not fit ${wanted}.`, evidence }];
  },
};

/** Those that also hold for files that are not what was expected. */
export const PE_PLATFORM_RULES: readonly Rule<PeRuleInput>[] = [type, program, machine];
