import type { StdioRules } from '../../model/process.js';
import type { Session, SessionOptions } from '../../model/session.js';
import { SessionFailure } from '../failure.js';
import { startProcess } from '../process/start.js';
import { CpexSession } from './cpex-session.js';

/** What to do about a program that is none, where more is not known. */
const NO_PROCESS =
  'Build it with "cpex build --as process", and let main be that of the SDK: in Go main calls cpex.Serve().';

/**
 * Starts a plugin of the native ABI that is a process, and initialises it.
 * Rejects with a `SessionFailure` when it does not start, refuses, ends or hangs before it takes calls.
 *
 * @param under words that come before the executable
 */
export async function startFrames(
  options: SessionOptions,
  rules: StdioRules,
  under: readonly string[],
): Promise<Session> {
  const started = await startProcess({
    argv: [...under, options.artefact, ...(rules.args ?? [])],
    cwd: options.cwd,
    env: { ...(options.env ?? (process.env as Record<string, string>)), ...rules.env },
    session: options,
    takesStdout: true,
    stdin: 'pipe',
    awaits: { stage: 'handshake', what: 'its answer to cpex.init' },
  });
  const session = new CpexSession(options, started, rules.abiVersion ?? 1);
  const failed = await session.ready;
  if (failed === undefined) return session;
  const unlike = failed.kind === 'refused' && failed.stage === 'handshake';
  throw new SessionFailure(unlike ? { remedy: NO_PROCESS, ...failed } : failed);
}
