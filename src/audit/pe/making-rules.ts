import type { PeRuleInput, Rule } from '../rules/rule.js';

const pdb: Rule<PeRuleInput> = {
  id: 'pe.pdb',
  severity: 'info',
  title: 'Where its debug database lies',
  why: 'Linkers record the path of the .pdb file, which tells about the machine that built the plugin. A path in a home folder is a finding of its own.',
  remedy: 'Record the bare name: -Wl,-pdbaltpath:%_PDB% (/PDBALTPATH:%_PDB%), or link without a database (-s).',
  again: 'llvm-readobj --coff-debug-directory FILE | grep PDBFileName',
  check: ({ pe, expected }) =>
    pe.pdb === undefined || !/[\\/]/.test(pe.pdb) || expected.debug === true
      ? []
      : [{ message: `The library names its debug database by a path: ${pe.pdb}` }],
};

const timestamp: Rule<PeRuleInput> = {
  id: 'pe.timestamp',
  severity: 'info',
  title: 'It does not hold the time of its making',
  why: 'With the time of linking inside, two builds of the same source are never equal. Reproducible linkers write a hash or nothing.',
  remedy: 'Link with -Wl,--no-insert-timestamp (GNU), -Wl,/Brepro (LLVM, Microsoft), or set SOURCE_DATE_EPOCH.',
  again: 'llvm-readobj --file-headers FILE | grep TimeDateStamp',
  check: ({ pe }) => {
    if (pe.timestamp === 0 || pe.reproducible) return [];
    const time = new Date(pe.timestamp * 1000).toISOString();
    return [{ message: `The library says that it was linked at ${time}.` }];
  },
};

const signature: Rule<PeRuleInput> = {
  id: 'pe.signature',
  severity: 'info',
  title: 'Whether it is signed',
  why: 'Hosts under a code integrity policy load signed libraries only, and Windows warns of unsigned downloads. Compilers do not sign: that comes after the build, so its absence is no fault.',
  remedy: 'Sign the library before you publish it: signtool sign, or osslsigncode on other systems.',
  again: 'osslsigncode verify FILE',
  check: ({ pe }) => (pe.signed ? [] : [{ message: 'The library has no Authenticode signature.' }]),
};

/** How the file was made, in ways that only this format has. */
export const PE_MAKING_RULES: readonly Rule<PeRuleInput>[] = [pdb, timestamp, signature];
