import { LANGUAGE_EXPECTATIONS } from './expectations.js';
import type { Rule } from './rule.js';

const tls: Rule = {
  id: 'elf.tls',
  only: 'library',
  severity: 'info',
  cases: 'fail on musl',
  title: 'Thread-local storage can be had after start',
  why: 'Static thread-local storage comes out of a small reserve that glibc keeps for libraries loaded later; many such plugins exhaust it. musl has no reserve.',
  remedy: 'C and Rust: drop -ftls-model=initial-exec. Go libraries always need it; load few of them.',
  again: 'readelf -dW FILE | grep STATIC_TLS',
  check: ({ dynamic, expected }) => {
    if (!dynamic.tls.staticModel) return [];
    const musl = dynamic.libc === 'musl' || expected.target?.libc === 'musl';
    const message = `The library takes ${dynamic.tls.size} bytes of static thread-local storage.`;
    return [
      musl ? { severity: 'fail', message: `${message} musl cannot provide it to a loaded library.` } : { message },
    ];
  },
};

const neverUnloaded: Rule = {
  id: 'elf.nodelete',
  only: 'library',
  severity: 'info',
  title: 'Whether it can be unloaded',
  why: 'A library marked NODELETE stays in the process for ever: an update takes effect only after a restart. Go libraries are always marked; Rust libraries with thread-local destructors should be.',
  remedy: 'Nothing to mend for Go. Rust: link-arg=-Wl,-z,nodelete keeps destructors of ending threads safe.',
  again: 'readelf -dW FILE | grep FLAGS_1',
  check: ({ dynamic, language }) => {
    if (dynamic.neverUnloaded) return [{ message: 'Once loaded, the library stays until the host ends (NODELETE).' }];
    const risky = language === 'rust' && dynamic.tls.size > 0;
    return risky
      ? [
          {
            message:
              'The library has thread-local data and could be unloaded while threads still need its destructors.',
          },
        ]
      : [];
  },
};

const constructors: Rule = {
  id: 'elf.constructors',
  only: 'library',
  clause: 'ABI-LOAD-002',
  severity: 'info',
  title: 'Code that runs while loading',
  why: 'Constructors and indirect functions run before the host has said a word to the plugin.',
  remedy: 'Do the work in the entry function instead.',
  again: 'readelf -dW FILE | grep -E "INIT_ARRAY|INIT"',
  check: ({ dynamic, language }) => {
    const usual = LANGUAGE_EXPECTATIONS[language].constructors;
    if (dynamic.constructors <= usual && dynamic.indirectFunctions === 0) return [];
    const evidence = [`constructors: ${dynamic.constructors}`, `indirect functions: ${dynamic.indirectFunctions}`];
    return [{ message: 'More code than usual runs while the library is loaded.', evidence }];
  },
};

export const LIFETIME_RULES: readonly Rule[] = [tls, neverUnloaded, constructors];
