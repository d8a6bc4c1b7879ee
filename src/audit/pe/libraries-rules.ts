import { SANITIZER_LIBRARIES } from '../rules/expectations.js';
import type { PeRuleInput, Problem, Rule } from '../rules/rule.js';
import { libraryKind } from './system-libraries.js';

const needed: Rule<PeRuleInput> = {
  id: 'pe.needed',
  clause: 'ABI-LOAD-001',
  severity: 'warn',
  cases:
    'fail for run times of compilers, for debug run times and for a library named with its folder; info for the redistributable of Visual C++',
  title: 'It needs nothing that a system may lack',
  why: 'Windows looks for a needed library beside the host program and in the system, not beside the plugin. What is not part of Windows is missing there, and loading fails with error 126.',
  remedy: 'Link the dependency statically, or say in the README what must be installed.',
  again: 'llvm-readobj --coff-imports FILE | grep Name:',
  check: ({ pe, expected }) =>
    [
      ...pe.needed.map((name) => problemOf(name, 'needs', expected.debug === true)),
      ...pe.delayed.map((name) => problemOf(name, 'will need, when it is first used,', expected.debug === true)),
    ].flatMap((problem) => problem ?? []),
};

function problemOf(name: string, verb: string, debug: boolean): Problem | undefined {
  if (SANITIZER_LIBRARIES.test(name)) return undefined;
  const message = `The library ${verb} ${name}`;
  switch (libraryKind(name)) {
    case 'system':
      return undefined;
    case 'path':
      return { severity: 'fail', message: `${message}, a path of the machine that built it.` };
    case 'compiler-runtime':
      return {
        severity: 'fail',
        message: `${message}, which belongs to the compiler and is on no other machine.`,
        remedy:
          'Link it in: -static-libgcc -static-libstdc++ -Wl,-Bstatic -lwinpthread -Wl,-Bdynamic, or -static for all of them.',
      };
    case 'debug-runtime':
      return {
        severity: debug ? 'warn' : 'fail',
        message: `${message}, the debug run time, which only developers have and may not be passed on.`,
        remedy: 'Build for release: /MD or /MT instead of /MDd and /MTd, and no -D_DEBUG.',
      };
    case 'redistributable':
      return {
        severity: 'info',
        message: `${message}, which the Visual C++ redistributable brings.`,
        remedy: 'Link the run time in: /MT in C, -C target-feature=+crt-static in Rust.',
      };
    case 'other':
      return { message: `${message}, which is no part of Windows.` };
  }
}

export const PE_LIBRARY_RULES: readonly Rule<PeRuleInput>[] = [needed];
