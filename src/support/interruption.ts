import { runCleanups } from './cleanup.js';
import { CpexError } from './errors.js';

/** Time that a command has to stop by itself after Ctrl-C, in milliseconds. */
const GRACE_MS = 5000;

/**
 * Turns SIGINT and SIGTERM into an abort signal. A second signal, or a command that does not
 * stop in time, ends the process after the registered cleanups, with exit code 130.
 */
export function watchInterruption(): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const leave = () => void runCleanups().finally(() => process.exit(130));
  const onSignal = () => {
    if (controller.signal.aborted) return leave();
    controller.abort(new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.'));
    timer = setTimeout(leave, GRACE_MS);
    timer.unref();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(timer);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
