import type { StdioRules } from '../../model/process.js';
import type { Session, SessionOptions } from '../../model/session.js';
import { SessionFailure } from '../failure.js';
import { TauSession } from './tau-session.js';

/**
 * Starts a plugin of tau and waits for its registration.
 * Rejects with a `SessionFailure` when it does not start, ends, hangs or sends something else first.
 *
 * @param under words that come before the executable
 */
export async function startTau(options: SessionOptions, rules: StdioRules, under: readonly string[]): Promise<Session> {
  const session = new TauSession({ options, rules, under });
  await session.open();
  const failed = await session.ready;
  if (failed !== undefined) throw new SessionFailure(failed);
  return session;
}
