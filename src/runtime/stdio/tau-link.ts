import type { Writable } from 'node:stream';
import type { TraceRecord } from '../../model/session.js';
import { stringifyExact } from '../../support/exact-json.js';
import type { Tracer } from '../process/tracer.js';
import type { Fields, TauMessage } from './tau-messages.js';

/** What a plugin broke so that nothing more can be read from it. */
export interface Breakage {
  /** What came, as a clause: `a line is no JSON`. */
  readonly what: string;
  readonly remedy?: string;
}

/** How the host's request came out. */
export interface Answered {
  /** 0, or 1 where no host gets this answer; the fields say why then. */
  readonly code: number;
  readonly fields: Fields;
}

/** What comes from a plugin, whatever the form of its messages. */
export interface LinkEvents {
  /** The plugin has introduced itself; called once. */
  registered(registration: Fields): void;
  /** The host's request with this number has its answer. */
  answered(id: number, answer: Answered): void;
  /** A piece of a tool's output; `taken` lets the plugin send more. */
  delta(toolCallId: string, text: string, taken: () => void): void;
  /** The plugin asks the server. */
  asked(request: Fields, answer: (response: Fields) => void): void;
  /** Nothing more is read after this. */
  broken(breakage: Breakage): void;
  /** Something that hosts pass over, and that a correct plugin does not do. */
  odd(message: string): void;
}

/** One form of the messages, between the host and one process. */
export interface TauLink {
  /** Sends a request of the host; its answer, or that none is to come, arrives as `answered` with the same number. */
  send(id: number, message: TauMessage): void;
  /** Takes what came over stdout. */
  push(bytes: Buffer): void;
  /** Nothing more will come. Says what is left that is no whole message. */
  rest(): string | undefined;
}

/** What the links have in common: writing, and telling the tracer. */
export class LinkEnd {
  constructor(
    private readonly stdin: Writable,
    private readonly tracer: Tracer,
    /** As trace records call it. */
    private readonly wire: string,
  ) {}

  /** Writes bytes and tells of them; what a plugin does not read any more is lost. */
  write(bytes: Buffer, record: Told): void {
    this.tell('to-plugin', bytes.length, record);
    if (!this.stdin.destroyed && !this.stdin.writableEnded) this.stdin.write(bytes);
  }

  /** Tells of a message that came. */
  came(size: number, record: Told): void {
    this.tell('to-host', size, record);
  }

  private tell(direction: TraceRecord['direction'], size: number, { fields, ...rest }: Told): void {
    if (!this.tracer.active) return;
    this.tracer.record({ ...rest, direction, size, wire: this.wire, body: Buffer.from(stringifyExact(fields)) });
  }
}

/** A message in words of the trace. */
export interface Told extends Pick<TraceRecord, 'kind' | 'id' | 'method'> {
  readonly fields: Fields;
  readonly durationNs?: number;
}
