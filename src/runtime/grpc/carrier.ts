import type { Ending, InFlight, Phase } from '../../model/session.js';
import type { StartedProcess } from '../process/start.js';

/** The process behind a session, whether it was started by us or ran already. */
export interface Carrier {
  readonly pid: number;
  /** Resolves when the process is gone, or when nobody minds it any more. */
  readonly ended: Promise<Ending>;
  /** Folder for sockets of the host. */
  readonly folder?: string;
  /** The process goes on when the session ends: somebody else ends it. */
  readonly keeps?: true;
  /** Notes how far the plugin has come. */
  moment(phase: Phase, inFlight?: InFlight): void;
  /** A limit has passed. */
  expire(limitMs: number): void;
  /** Ends the process at once because the caller wants to. */
  cancel(): void;
  /** The host's own code failed. */
  fault(message: string): void;
  /** The plugin is asked to stop from now on: an end with exit code 0 is one in order. */
  stopping(): void;
  /** The plugin has been asked, and has to end by itself within the limit. */
  leaving(limitMs: number): void;
}

/** The carrier of a process that we have started. */
export function startedCarrier(started: StartedProcess, folder: string): Carrier {
  const { pid, supervisor } = started;
  return {
    pid,
    ended: supervisor.ended,
    folder,
    moment: (phase, inFlight) => started.moment(phase, inFlight),
    expire: (limitMs) => supervisor.expire(limitMs),
    cancel: () => supervisor.cancel(),
    fault: (message) => supervisor.fault(message),
    // An exit code of 0 is proof enough: the answer to the request is often lost.
    stopping: () => supervisor.proven(),
    leaving: (limitMs) => {
      const timer = setTimeout(() => supervisor.expire(limitMs), limitMs);
      void supervisor.ended.then(() => clearTimeout(timer));
    },
  };
}
