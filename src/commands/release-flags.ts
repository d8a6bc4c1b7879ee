import { boolean } from '@oclif/core/flags';

/** Flags of `build` for those who release: which tools may build, and whether the result can be had again. */
export const releaseFlags = {
  lock: boolean({
    description: 'Record the tools of what was built in cpex-toolchains.lock.',
    env: 'CPEX_BUILD_LOCK',
    exclusive: ['debug', 'check-reproducible'],
  }),
  locked: boolean({
    description: 'Refuse tools that cpex-toolchains.lock does not record.',
    env: 'CPEX_BUILD_LOCKED',
    exclusive: ['lock'],
  }),
  'check-reproducible': boolean({
    description: 'Build twice, in copies of the sources, and compare; dist stays as it is.',
    env: 'CPEX_BUILD_CHECK_REPRODUCIBLE',
    exclusive: ['debug', 'dry-run', 'explain'],
  }),
};
