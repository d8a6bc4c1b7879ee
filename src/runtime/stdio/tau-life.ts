import type { Ending, InFlight } from '../../model/session.js';
import { SessionFailure } from '../failure.js';
import type { LinkEvents } from './tau-link.js';
import type { TauMessage } from './tau-messages.js';
import { TauProcess, type TauStart } from './tau-process.js';

/** What a session hears of its plugin, over all of its processes. */
export interface LifeEvents extends Omit<LinkEvents, 'broken'> {
  /** There is no plugin any more, and there will be none. */
  over(ending: Ending): void;
}

/** A plugin that may end when it is told that nothing is to be done, and is started again for the next message. */
export class TauLife {
  /** Undefined after an end that `idle` allowed, until there is something to send. */
  private plugin: TauProcess | undefined;
  /** The process has registered, and takes messages. */
  private up = false;
  /** The process was told that nothing is to be done, so it may end, also when something came after that. */
  private resting = false;
  private closing = false;
  /** What went to the plugin, or waits for it, and has no answer yet. */
  private readonly open = new Map<number, TauMessage>();

  constructor(
    private readonly start: TauStart,
    private readonly events: LifeEvents,
    /** The call that the plugin works on. */
    private readonly inFlight: () => InFlight | undefined,
  ) {}

  get pid(): number {
    return this.plugin?.started.pid ?? 0;
  }

  /** Starts a process. Rejects with a `SessionFailure` where there is none. */
  async launch(): Promise<void> {
    const plugin = await TauProcess.start(this.start, {
      ...this.events,
      registered: (registration) => {
        this.up = true;
        this.events.registered(registration);
        this.noteMoment();
        for (const [id, message] of this.open) plugin.link.send(id, message);
      },
      answered: (id, answer) => {
        this.open.delete(id);
        this.events.answered(id, answer);
      },
    });
    this.plugin = plugin;
    void plugin.ended.then((ending) => this.gone(plugin, ending));
  }

  /** Sends a message, to a new process where the last one has ended. */
  send(id: number, message: TauMessage): void {
    this.open.set(id, message);
    this.noteMoment();
    if (this.plugin === undefined) this.relaunch();
    else if (this.up) this.plugin.link.send(id, message);
    if (message.type !== 'idle') return;
    this.resting = true;
    this.plugin?.started.supervisor.proven();
  }

  /** Tells the process that nothing more will come; it has so many milliseconds to end. */
  close(limitMs: number): void {
    this.closing = true;
    if (this.plugin === undefined) {
      this.events.over({ kind: 'clean' });
      return;
    }
    const { supervisor } = this.plugin.started;
    const timer = setTimeout(() => supervisor.expire(limitMs), limitMs);
    void this.plugin.ended.then(() => clearTimeout(timer));
    this.plugin.close();
  }

  /** Ends everything at once. */
  kill(): void {
    if (this.plugin === undefined) this.events.over({ kind: 'cancelled' });
    else this.plugin.started.supervisor.cancel();
  }

  /** A call took longer than its deadline, in milliseconds. */
  expire(deadlineMs: number): void {
    this.plugin?.started.supervisor.expire(deadlineMs);
  }

  /** The host's own code failed. */
  fault(message: string): void {
    this.plugin?.started.supervisor.fault(message);
  }

  /** Notes for the ending which call the plugin works on. */
  noteMoment(): void {
    const call = this.inFlight();
    this.plugin?.started.moment(call === undefined ? 'idle' : 'call', call);
  }

  private relaunch(): void {
    this.start.tracer.life('to-plugin', 'started again');
    this.launch().catch((error: unknown) => {
      if (error instanceof SessionFailure) this.events.over(error.ending);
      else this.events.over({ kind: 'harness-fault', message: String(error) });
    });
  }

  private gone({ started }: TauProcess, ending: Ending): void {
    this.plugin = undefined;
    this.up = false;
    if (ending.kind !== 'clean' || this.closing) {
      this.events.over(ending);
      return;
    }
    if (!this.resting) {
      const call = this.inFlight();
      const moment = call === undefined ? { phase: 'idle' as const } : { phase: 'call' as const, inFlight: call };
      this.events.over({ kind: 'exit', code: 0, ...moment, stderrTail: started.stderrTail() });
      return;
    }
    this.resting = false;
    this.start.tracer.life('to-host', 'ended after idle');
    for (const [id, { type }] of this.open) {
      if (type === 'idle') {
        this.open.delete(id);
        this.events.odd('The plugin ended after idle without the answer to it.');
        this.events.answered(id, { code: 0, fields: {} });
      }
    }
    // What was on its way when the plugin went goes to the next process.
    if (this.open.size > 0) this.relaunch();
  }
}
