import { CpexError, systemCode } from '../support/errors.js';
import { renderError } from './error-text.js';

/**
 * A reader that goes away (`cpex list | head -1`) is no failure: what is written after that goes
 * nowhere, and the exit code stays the one of the command. Any other failure of stdout, a full
 * disk for instance, is said on stderr and ends a good command with code 3.
 */
export function watchOutput(): void {
  let failure: CpexError | undefined;
  // oclif's own listener lets everything but a closed pipe become an uncaught exception.
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', (error) => {
    if (systemCode(error) === 'EPIPE' || failure !== undefined) return;
    failure = outputError(error);
    process.stderr.write(`${renderError(failure)}\n`);
  });
  // There is no place left to say so.
  process.stderr.on('error', () => undefined);
  process.on('exit', () => {
    if (failure !== undefined) process.exitCode ||= failure.exit;
  });
}

/** The error for a write to stdout that failed. */
export function outputError(error: unknown): CpexError {
  return new CpexError('CPEX_E_OUTPUT', 'The result cannot be written to stdout.', {
    evidence: [error instanceof Error ? error.message : String(error)],
    remedy: 'Look where stdout leads: a full disk is the usual reason.',
    cause: error,
  });
}
