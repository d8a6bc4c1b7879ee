import type { Finding } from '../../model/finding.js';

/** A stream ended with an error: the plugin's, or the host's. */
export class StreamFailure extends Error {
  override readonly name = 'StreamFailure';
}

/** More chunks were emitted than the host keeps before the call has returned. */
export function deadlockFinding(method: string, slots: number): Finding {
  return {
    id: 'stream.deadlock',
    severity: 'fail',
    clause: 'CPA-STREAM-001',
    message: `${method} waits for its own emit: the host keeps ${slots} chunks and reads none of them before the call has returned.`,
    evidence: ['The real host has no time limit here: the request hangs until its client gives up.'],
    remedy:
      'Return {"headers":…} first and emit from another thread, or return all pieces at once in "chunks" without emitting.',
  };
}

/** Nothing came for as long as a call may take, and no close either. */
export function neverClosedFinding(method: string, emitted: number, idleMs: number): Finding {
  return {
    id: 'stream.open',
    severity: 'fail',
    clause: 'CPA-STREAM-002',
    message: `The stream of ${method} was never closed: after ${emitted} chunks nothing came for ${idleMs} ms.`,
    evidence: ['The real host has no time limit here: the request hangs until its client gives up.'],
    remedy: 'Call host.stream.close on every way out, with an error where there was one.',
  };
}

/** Chunks were emitted, and others returned: the host takes the latter and drops the former. */
export function mixedFinding(method: string, emitted: number): Finding {
  return {
    id: 'stream.mixed',
    severity: 'fail',
    clause: 'CPA-STREAM-003',
    message: `${method} emitted ${emitted} chunks and then returned "chunks": the host sends only those that were returned.`,
    remedy: 'Either return all pieces, or return none and emit them.',
  };
}

/** A callback id was used after its call. */
export function staleFinding(method: string, id: string, owner: string | undefined): Finding {
  const whose =
    owner === undefined
      ? 'which the host never gave out'
      : `which belonged to ${owner} and ended when that call returned`;
  return {
    id: 'callback.stale',
    severity: owner === undefined ? 'warn' : 'info',
    message: `${method} came with the callback id ${JSON.stringify(id)}, ${whose}. The host goes on without it: no request to log for, none to cancel with.`,
  };
}
