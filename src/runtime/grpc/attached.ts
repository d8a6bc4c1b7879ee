import type { ReattachRecord } from '../../model/process.js';
import type { Ending, InFlight, Phase, Session, SessionOptions } from '../../model/session.js';
import { processStart } from '../../support/process-group.js';
import { privateFolder } from '../process/private-folder.js';
import { Tracer } from '../process/tracer.js';
import type { Carrier } from './carrier.js';
import { establish } from './establish.js';

/** How often the process of somebody else is looked for, in milliseconds; what go-plugin's host takes. */
const POLL_MS = 1000;
const STOP_MS = 2000;

/**
 * A session with a plugin that somebody else has started. Nothing is ever done to the process before its address has
 * answered, and with `test` nothing at all.
 */
export async function attach(options: SessionOptions, record: ReattachRecord): Promise<Session> {
  const carrier = new Attached(record);
  const { network, address } = record.address;
  return establish({
    options,
    carrier,
    handshake: { core: 1, version: record.protocolVersion, network, address },
    tracer: new Tracer(options.trace),
    stopLimit: STOP_MS,
    refuse: ({ evidence = [] }) =>
      carrier.release({
        kind: 'refused',
        stage: 'connect',
        message: `Reattachment process not found: nothing answers on ${network} ${address}.`,
        evidence,
        remedy: 'Start the plugin under its debugger again, and use the record that it prints.',
      }),
    awaits: () => undefined,
    up: () => carrier.watch(),
  });
}

/** A process that was not started by us. */
class Attached implements Carrier {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly folder: string;
  readonly keeps?: true;

  private readonly started: string | undefined;
  private readonly sockets = privateFolder();
  private settle!: (ending: Ending) => void;
  private timer: NodeJS.Timeout | undefined;
  private phase: { phase: Phase; inFlight?: InFlight } = { phase: 'idle' };
  private asked = false;

  constructor(private readonly record: ReattachRecord) {
    this.pid = record.pid;
    this.folder = this.sockets.folder;
    if (record.test) this.keeps = true;
    this.started = processStart(record.pid);
    this.ended = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** The address has answered: from now on the end of the process is the end of the session. */
  watch(): void {
    this.timer = setInterval(() => {
      if (this.gone())
        void this.release(this.asked ? { kind: 'clean' } : { kind: 'exit', code: 0, stderrTail: '', ...this.phase });
    }, POLL_MS);
  }

  /** Ends the session, whatever becomes of the process. */
  release(ending: Ending): Promise<Ending> {
    clearInterval(this.timer);
    this.sockets.remove();
    this.settle(ending);
    return this.ended;
  }

  moment(phase: Phase, inFlight?: InFlight): void {
    this.phase = { phase, ...(inFlight === undefined ? {} : { inFlight }) };
  }

  expire(limitMs: number): void {
    this.end({ kind: 'hang', deadlineMs: limitMs, stderrTail: '', ...this.phase });
  }

  cancel(): void {
    this.end({ kind: 'cancelled' });
  }

  fault(message: string): void {
    this.end({ kind: 'harness-fault', message });
  }

  stopping(): void {
    this.asked = true;
  }

  leaving(limitMs: number): void {
    if (this.record.test) {
      void this.release({ kind: 'clean' });
      return;
    }
    clearInterval(this.timer);
    const began = performance.now();
    this.timer = setInterval(() => {
      if (this.gone()) void this.release({ kind: 'clean' });
      else if (performance.now() - began > limitMs) this.expire(limitMs);
    }, 20);
  }

  private end(ending: Ending): void {
    if (!this.record.test && !this.gone()) process.kill(this.pid, 'SIGKILL');
    void this.release(ending);
  }

  /** True also where the id belongs to another process by now. */
  private gone(): boolean {
    try {
      process.kill(this.pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'EPERM';
    }
    return processStart(this.pid) !== this.started;
  }
}
