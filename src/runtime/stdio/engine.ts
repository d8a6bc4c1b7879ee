import type { Engine, SessionOptions } from '../../model/session.js';
import { CpexError } from '../../support/errors.js';

/** How the engine starts executables. */
export interface StdioEngineOptions {
  /** Words that come before the executable: a runner for a foreign target. */
  readonly under: readonly string[];
}

/** The engine that starts a plugin as a process and speaks with it. */
export function stdioEngine({ under }: StdioEngineOptions): Engine {
  return {
    name: 'stdio',
    transport: 'stdio',
    start: async (options: SessionOptions) => {
      const { process: rules } = options;
      if (rules?.transport === 'stdio' && rules.wire === 'cpex-frames') {
        const { startFrames } = await import('./cpex-engine.js');
        return startFrames(options, rules, under);
      }
      if (rules?.transport === 'stdio') {
        const { startTau } = await import('./tau-engine.js');
        return startTau(options, rules, under);
      }
      throw new CpexError('CPEX_E_TRANSPORT', 'The profile has no rules for a plugin over standard input and output.');
    },
  };
}
