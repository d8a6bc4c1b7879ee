import type { RunContext } from '../model/context.js';
import { endingError } from '../runtime/failure.js';
import { CpexError } from '../support/errors.js';
import { readData } from './input.js';
import { notInteractive } from './loop.js';
import { type RunOptions, sessionOptions } from './service.js';
import { openRunSession } from './session.js';

/**
 * Starts a plugin that is a process and lets it run until it ends or the user interrupts, for debuggers and other hosts.
 * Returns why it ended where that was not wanted, after Ctrl-C too. Throws CPEX_E_NOT_INTERACTIVE for a library, which
 * serves nobody but its own process.
 */
export async function holdPlugin(options: RunOptions, context: RunContext): Promise<CpexError | undefined> {
  const config = options.config === undefined ? undefined : await readData(options.config, context.cwd, options.stdin);
  const session = await openRunSession(
    sessionOptions(options, context, config, () => undefined),
    context,
  );
  if (session.subject.profile.transport === 'native') {
    await session.close();
    throw notInteractive();
  }
  await options.hold?.(session);
  const ending = await session.ended;
  await session.close();
  if (context.signal.aborted) return new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
  return ending.kind === 'clean' ? undefined : endingError(ending);
}
