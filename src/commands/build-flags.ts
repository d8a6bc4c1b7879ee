import { boolean, option, string } from '@oclif/core/flags';

const SANITIZERS = ['address', 'undefined', 'thread'] as const;

/** The flags of `cpex build`. */
export const BUILD_FLAGS = {
  target: string({
    description:
      'Target to build for, in any usual spelling, host, or all; the machine itself when absent. Repeatable.',
    env: 'CPEX_BUILD_TARGET',
    multiple: true,
    helpValue: 'TARGET',
  }),
  as: option({
    description:
      'What to build for a host that takes both: a library, or a process, into dist/<target>-process/; what the host takes by itself when absent.',
    env: 'CPEX_BUILD_AS',
    options: ['library', 'process'] as const,
  })(),
  glibc: string({
    description:
      'Lowest glibc that libraries and programs for Linux are to work with; that of cpex.yaml when absent. A version in the spelling of a target, as in x86_64-linux-gnu.2.17, comes before it.',
    env: 'CPEX_BUILD_GLIBC',
    helpValue: 'VERSION',
  }),
  sanitize: option({
    description:
      'Instrument the library or program for this machine, into dist/<target>-asan, -ubsan or -tsan: address (C, Go, Rust), undefined (C), thread (C, Rust).',
    env: 'CPEX_BUILD_SANITIZE',
    options: SANITIZERS,
    exclusive: ['glibc', 'lock', 'check-reproducible'],
  })(),
  debug: boolean({ description: 'Unoptimised and with debug information.', env: 'CPEX_BUILD_DEBUG' }),
  verbose: boolean({
    description: 'Show everything that the tools print, and which compiler each target gets and why.',
    env: 'CPEX_BUILD_VERBOSE',
  }),
  force: boolean({ description: 'Build from scratch, whatever is there.', env: 'CPEX_BUILD_FORCE' }),
  explain: boolean({ description: 'Say why each step was or was not done.', env: 'CPEX_BUILD_EXPLAIN' }),
  'dry-run': boolean({ description: 'Print the plan and do nothing.', env: 'CPEX_BUILD_DRY_RUN' }),
};
