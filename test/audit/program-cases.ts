import type { RuleCase } from './broken-library.js';
import { GOOD_FLAGS, GOOD_SOURCE, type Workbench } from './c-library.js';
import type { DllBench } from './dll.js';
import type { DylibBench } from './dylib.js';

const MAIN = '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n';
const expected = { kind: 'executable' } as const;

/** Compiles a program with gcc and returns its path. */
export function program(bench: Workbench, name: string, ...flags: readonly string[]): string {
  bench.write(`${name}.c`, MAIN);
  return bench.gcc(['-O2', '-s', '-fPIE', '-pie', '-Wl,-z,now', '-o', name, `${name}.c`, ...flags], name);
}

/** Executables that a host cannot start, or not everywhere. */
export function programCases(bench: Workbench): readonly RuleCase[] {
  return [
    {
      rule: 'elf.program',
      severity: 'fail',
      title: 'a library',
      make: (name) => bench.library(name, GOOD_SOURCE, GOOD_FLAGS),
      expected,
      says: /shared library for x64, not an executable/,
    },
    {
      rule: 'elf.pie',
      severity: 'warn',
      title: 'a program at a fixed address',
      make: (name) => program(bench, name, '-no-pie'),
      expected,
      says: /bound to one address/,
    },
    {
      rule: 'elf.interpreter',
      severity: 'warn',
      title: 'a loader that hardly any system has',
      make: (name) => program(bench, name, '-Wl,--dynamic-linker=/opt/own/ld.so'),
      expected,
      says: /the loader \/opt\/own\/ld\.so/,
    },
    {
      rule: 'elf.interpreter',
      severity: 'fail',
      title: 'shared libraries and no loader',
      make: (name) => program(bench, name, '-Wl,--no-dynamic-linker'),
      expected,
      says: /names no loader/,
    },
  ];
}

/** The same for macOS. */
export function machoProgramCases(bench: DylibBench): readonly RuleCase[] {
  return [
    {
      rule: 'macho.pie',
      severity: 'fail',
      title: 'a program at a fixed address',
      make: (name) => {
        bench.write(`${name}.c`, MAIN);
        bench.zig('arm64', ['-O2', '-s', '-o', `${name}-good`, `${name}.c`]);
        const flags = (bytes: Buffer) => void bytes.writeUInt32LE(bytes.readUInt32LE(24) & ~0x200000, 24);
        return bench.patched(bench.path(`${name}-good`), name, flags);
      },
      expected,
      says: /bound to one address/,
    },
  ];
}

/** The same for Windows. */
export function peProgramCases(bench: DllBench): readonly RuleCase[] {
  return [
    {
      rule: 'pe.program',
      severity: 'fail',
      title: 'a DLL',
      make: (name) => bench.good(name),
      expected,
      says: /shared library for windows x64, not an executable/,
    },
  ];
}
