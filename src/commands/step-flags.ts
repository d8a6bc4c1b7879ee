import { string } from '@oclif/core/flags';

/** Flags of `cpex run` about steps and events of builds. */
export const stepFlags = {
  archive: string({
    description: 'Workspace of a step: a tar file, or a folder, which is packed. Empty when absent.',
    env: 'CPEX_RUN_ARCHIVE',
    helpValue: 'PATH',
  }),
  phase: string({
    description: 'Phase of an event; the one that the plugin asked for when absent.',
    env: 'CPEX_RUN_PHASE',
    options: ['before', 'after'],
  }),
};
