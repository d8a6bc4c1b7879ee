import type { Engine } from '../../model/session.js';
import { CpexError } from '../../support/errors.js';

/** How the engine starts executables. */
export interface StdioEngineOptions {
  /** Words that come before the executable: a runner for a foreign target. */
  readonly under: readonly string[];
}

/** The engine that starts a plugin as a process and speaks with it. */
export function stdioEngine(_options: StdioEngineOptions): Engine {
  return {
    name: 'stdio',
    transport: 'stdio',
    start: () => Promise.reject(new CpexError('CPEX_E_TRANSPORT', 'This transport is not there yet.')),
  };
}
