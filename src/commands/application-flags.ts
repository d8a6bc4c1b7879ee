import { string } from '@oclif/core/flags';

/** Flags about the application that a plugin is for, where its host serves more than one. */
export function applicationFlags(command: 'RUN' | 'TEST' | 'INSTALL') {
  return {
    proto: string({
      description: 'File with the services of a gRPC plugin, in place of those of cpex.yaml; may be repeated.',
      env: `CPEX_${command}_PROTO`,
      helpValue: 'FILE',
      multiple: true,
      // A word may follow.
      multipleNonGreedy: true,
    }),
    cookie: string({
      description: 'Magic cookie of the application of a go-plugin plugin, in place of that of cpex.yaml.',
      env: `CPEX_${command}_COOKIE`,
      helpValue: 'KEY=VALUE',
    }),
  };
}
