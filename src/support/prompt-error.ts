import { CpexError } from './errors.js';

/**
 * What to throw for an error of a prompt: `CPEX_E_INTERRUPTED` when it was left with Ctrl-C or its signal was aborted,
 * as SIGTERM does; any other error as it is.
 */
export function promptError(error: unknown, message: string): unknown {
  const left = error instanceof Error && /^(Exit|Abort)Prompt/.test(error.name);
  return left ? new CpexError('CPEX_E_INTERRUPTED', message, { cause: error }) : error;
}
