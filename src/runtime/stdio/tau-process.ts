import type { StdioRules } from '../../model/process.js';
import type { Ending, SessionOptions } from '../../model/session.js';
import { printableStart } from '../../support/printable.js';
import { type StartedProcess, startProcess } from '../process/start.js';
import type { Tracer } from '../process/tracer.js';
import { FrameLink } from './tau-frame-link.js';
import { LineLink } from './tau-line-link.js';
import type { Breakage, LinkEvents, TauLink } from './tau-link.js';

/** Variable that tells a plugin which form its messages have; not there for lines. */
export const WIRE_VARIABLE = 'CPEX_TAU_WIRE';

/** How to start the plugin, and start it again. */
export interface TauStart {
  readonly options: SessionOptions;
  readonly rules: StdioRules;
  /** Words that come before the executable. */
  readonly under: readonly string[];
  readonly tracer: Tracer;
}

/** One process of a plugin: after `idle` a plugin may end, and its next process goes on. */
export class TauProcess {
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ending>;
  private registered = false;

  private constructor(
    readonly started: StartedProcess,
    readonly link: TauLink,
  ) {
    this.ended = started.supervisor.ended;
    started.stdout.on('data', (bytes: Buffer) => link.push(bytes));
    started.stdout.on('end', () => this.outputEnded());
  }

  /** Starts the plugin; `events` are heard from then on. Rejects with a `SessionFailure` where there is no process. */
  static async start({ options, rules, under, tracer }: TauStart, events: ProcessEvents): Promise<TauProcess> {
    const { [WIRE_VARIABLE]: _, ...env } = options.env ?? (process.env as Record<string, string>);
    const frames = rules.wire === 'tau-frames';
    const started = await startProcess({
      argv: [...under, options.artefact, ...(rules.args ?? [])],
      cwd: options.cwd,
      env: { ...env, ...(frames ? { [WIRE_VARIABLE]: 'cbor' } : {}), ...rules.env },
      session: options,
      takesStdout: true,
      stdin: 'pipe',
      awaits: { stage: 'register', what: 'its registration' },
    });
    const { stdin } = started;
    if (stdin === undefined) throw new TypeError('The process was started without its standard input.');
    const heard: LinkEvents = {
      ...events,
      registered: (registration) => {
        plugin.registered = true;
        started.up();
        events.registered(registration);
      },
      broken: (breakage) => plugin.broken(breakage),
    };
    const plugin = new TauProcess(started, new (frames ? FrameLink : LineLink)(stdin, tracer, heard));
    return plugin;
  }

  /** Says that nothing more will come, so that the plugin ends. */
  close(): void {
    this.started.moment('shutdown');
    this.started.supervisor.proven();
    this.started.stdin?.end();
  }

  private broken({ what, remedy }: Breakage): void {
    const refusal = {
      stage: 'register' as const,
      message: `The plugin wrote to standard output what tau cannot read: ${what}.`,
      ...(remedy === undefined ? {} : { remedy }),
    };
    if (this.registered) this.started.supervisor.refused({ kind: 'refused', ...refusal });
    else void this.started.refuse(refusal);
  }

  /** What is left at the end is what a program printed that knows nothing of messages. */
  private outputEnded(): void {
    const left = this.registered ? undefined : this.link.rest();
    if (left !== undefined) this.broken({ what: `it ends in the middle of a message: ${printableStart(left)}` });
  }
}

/** What a session hears from its processes. */
export type ProcessEvents = Omit<LinkEvents, 'broken'>;
