import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Engine, Session, SessionOptions } from '../../model/session.js';
import { packageRoot } from '../../support/package-root.js';
import { SessionFailure } from '../failure.js';
import { guardProcess, tellGuardian } from '../process/guardian.js';
import { Supervisor } from '../process/supervisor.js';
import { launch } from './launch.js';
import type { Guardian } from './launch-config.js';
import { NativeSession } from './native-session.js';

export interface NativeEngineOptions {
  /** Bundle that the child runs; the one in cpex's own dist folder when absent. */
  readonly childEntry?: string;
  /** `kernel`, the default on Linux, falls back to `process` by itself where it does not work. */
  readonly guardian?: Guardian;
  /** False sends every body over the sockets, as on systems that cannot map files. */
  readonly mapping?: boolean;
}

/**
 * The engine that loads a plugin through koffi in a child process of its own.
 *
 * `start` rejects with a `SessionFailure` when the plugin cannot be loaded, dies, hangs or is
 * cancelled before it is initialised, and with CPEX_E_CHILD_START when there is no child at all.
 */
export function nativeEngine(options: NativeEngineOptions = {}): Engine {
  return {
    name: 'koffi',
    transport: 'native',
    start: (session) => start(session, options),
  };
}

async function start(options: SessionOptions, engine: NativeEngineOptions): Promise<Session> {
  const { signal, deadlines } = options;
  if (signal?.aborted === true) throw new SessionFailure({ kind: 'cancelled' });
  const entry = engine.childEntry ?? path.join(packageRoot(), 'dist', 'child.cjs');
  const token = randomBytes(12).toString('hex');
  const guardian = engine.guardian ?? (process.platform === 'linux' ? 'kernel' : 'process');
  if (guardian === 'process') tellGuardian(['expect', token]);
  const child = launch(options, token, {
    entry,
    guardian,
    mapping: engine.mapping ?? true,
  });
  let unstartable: Error | undefined;
  const supervisor = new Supervisor(child, options.output, (error) => {
    unstartable = error;
  });
  if (guardian === 'process') guardProcess(token, child.pid, supervisor.ended);
  const session = new NativeSession(options, child, supervisor);
  const cancel = () => supervisor.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  void session.ended.then(() => signal?.removeEventListener('abort', cancel));
  const timer = setTimeout(() => supervisor.expire(deadlines.start), deadlines.start);
  const failed = await session.ready;
  clearTimeout(timer);
  if (unstartable !== undefined) throw unstartable;
  if (failed !== undefined) throw new SessionFailure(failed);
  return session;
}
