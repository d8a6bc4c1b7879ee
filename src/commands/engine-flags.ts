import { option, string } from '@oclif/core/flags';

const ENGINES = ['koffi', 'probe', 'go'] as const;

/** Flags about the target of the plugin that is started, and what starts it. */
export function engineFlags(command: 'RUN' | 'TEST') {
  return {
    target: string({
      description: "Target of the plugin; this machine's own when absent.",
      env: `CPEX_${command}_TARGET`,
      helpValue: 'TARGET',
    }),
    engine: option({
      description: 'What loads it: koffi or a host in Go (both for the own target only), or the C probe.',
      env: `CPEX_${command}_ENGINE`,
      options: ENGINES,
    })(),
    runner: string({
      description: 'Command that runs programs for the target, in place of qemu, wine and the like.',
      env: `CPEX_${command}_RUNNER`,
      helpValue: 'COMMAND',
    }),
  };
}
