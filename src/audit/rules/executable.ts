import type { Rule } from './rule.js';

const anyAddress: Rule = {
  id: 'elf.pie',
  only: 'executable',
  severity: 'warn',
  cases: 'nothing for Go, which makes such executables only when it is told to',
  title: 'It can be put at any address',
  why: 'Code at a known address makes attacks easier. Compilers of distributions make position independent executables by themselves.',
  remedy: 'Compile with -fPIE and link with -pie (CMake: CMAKE_POSITION_INDEPENDENT_CODE and check_pie_supported()).',
  again: 'readelf -hW FILE | grep Type',
  check: ({ dynamic, language }) => {
    // Where the first segment does not begin at zero, the linker has settled the address.
    const fixed = dynamic.segments.length > 0 && Math.min(...dynamic.segments.map((one) => one.address)) !== 0;
    return fixed && language !== 'go' ? [{ message: 'The executable is bound to one address (no PIE).' }] : [];
  },
};

/** Loaders where the C libraries of each system put them. */
const LOADERS =
  /^\/(?:lib(?:64|x32|32)?\/ld-linux[-.\w]*\.so\.\d+|lib(?:64)?\/ld64\.so\.\d+|lib\/ld-musl-\w+\.so\.1|libexec\/ld-elf\.so\.1)$/;

const interpreter: Rule = {
  id: 'elf.interpreter',
  only: 'executable',
  severity: 'fail',
  cases: 'warn for one at an unusual place',
  title: 'The loader that it names is there on every system',
  why: 'The kernel starts this program first. Where it is missing, starting fails with "No such file or directory", although the executable is there.',
  remedy: 'Link with the compiler and without -Wl,--dynamic-linker, or link statically.',
  again: 'readelf -lW FILE | grep interpreter',
  check: ({ dynamic }) => {
    const { interpreter: loader, needed } = dynamic;
    if (loader === undefined) {
      return needed.length === 0
        ? []
        : [{ message: 'The executable needs shared libraries and names no loader that would load them.' }];
    }
    if (LOADERS.test(loader)) return [];
    return [
      { severity: 'warn', message: `The executable names the loader ${loader}, which most systems do not have.` },
    ];
  },
};

/** What only executables are asked. */
export const EXECUTABLE_RULES: readonly Rule[] = [anyAddress, interpreter];
