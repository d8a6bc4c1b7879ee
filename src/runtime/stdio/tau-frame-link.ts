import type { Writable } from 'node:stream';
import type { Tracer } from '../process/tracer.js';
import { CborProblem } from './cbor-read.js';
import { readRequest, readResponse, writeRequest, writeResponse } from './tau-cbor.js';
import { FrameProblem, FrameSplitter, type TauFrame, writeFrame } from './tau-frame.js';
import { type Breakage, LinkEnd, type LinkEvents, type TauLink } from './tau-link.js';
import { API, type Fields, HOST_CALLS, PLUGIN_CALLS, REPLY_LIMIT, SLOTS, type TauMessage } from './tau-messages.js';
import { Slots } from './tau-slots.js';

interface Sent {
  readonly id: number;
  readonly message: TauMessage;
  at: number;
}

const ONLY_FRAMES =
  'Write nothing but frames to standard output; what is for people belongs to standard error. CPEX_TAU_WIRE=cbor is set where frames are spoken, which "wire: cbor" in cpex.yaml asks for.';

/** Frames of CBOR: two services, each with slots of its own. */
export class FrameLink implements TauLink {
  private readonly end: LinkEnd;
  private readonly splitter = new FrameSplitter();
  private readonly slots = new Slots<Sent>();
  /** Slots of the plugin whose requests have no answer yet. */
  private readonly asking = new Set<number>();
  private registered = false;
  private closed = false;
  private asks = 0;

  constructor(
    stdin: Writable,
    tracer: Tracer,
    private readonly events: LinkEvents,
  ) {
    this.end = new LinkEnd(stdin, tracer, 'cbor');
  }

  send(id: number, message: TauMessage): void {
    const sent = { id, message, at: 0 };
    this.slots.take(sent, (slot) => {
      sent.at = performance.now();
      const item = writeRequest(HOST_CALLS, message);
      this.end.write(writeFrame({ kind: 'request', api: API.host, slot, item }), {
        ...{ kind: 'request', id, method: message.type, fields: message.fields },
      });
    });
  }

  push(bytes: Buffer): void {
    if (this.closed) return;
    try {
      for (const frame of this.splitter.push(bytes)) {
        this.take(frame);
        if (this.closed) return;
      }
    } catch (error) {
      if (!(error instanceof FrameProblem || error instanceof CborProblem)) throw error;
      this.broken({ what: error.message, remedy: ONLY_FRAMES });
    }
  }

  rest(): string | undefined {
    const { rest } = this.splitter;
    return rest === 0 || this.closed ? undefined : `${rest} bytes of a frame that is not whole`;
  }

  private take(frame: TauFrame): void {
    const { kind, api, slot } = frame;
    const own = kind === 'request' ? API.plugin : API.host;
    if (api !== own) {
      const expected = `${kind}s of a plugin have ${own}`;
      this.broken({ what: `a ${kind} has the api ${api}, and ${expected}` });
    } else if (slot >= SLOTS) {
      this.broken({ what: `a ${kind} has the slot ${slot}; there are 0 to ${SLOTS - 1}` });
    } else if (kind === 'request') this.tookRequest(frame);
    else this.tookResponse(frame);
  }

  private tookRequest({ slot, item }: TauFrame): void {
    const message = within('a request', () => readRequest(PLUGIN_CALLS, item));
    if (!this.registered && message.type !== 'register') {
      const { variant } = PLUGIN_CALLS[message.type] ?? { variant: message.type };
      this.broken({ what: `its first message is ${variant}, and Register has to come before all others` });
      return;
    }
    if (this.asking.has(slot)) {
      this.events.odd(`The plugin used slot ${slot} again, and its request there has no answer yet.`);
    }
    this.asking.add(slot);
    switch (message.type) {
      case 'register':
        this.tookRegister(message, slot, item.length);
        break;
      case 'output_delta':
        this.tookDelta(message, slot, item.length);
        break;
      default:
        this.tookServerRequest(message, slot, item.length);
        break;
    }
  }

  private tookRegister({ fields }: TauMessage, slot: number, length: number): void {
    this.end.came(sizeOf(length), { kind: 'request', id: 0, method: 'register', fields });
    this.answer('register', slot, 0);
    if (this.registered) {
      this.events.odd('The plugin registered again; only its first registration counts.');
      return;
    }
    this.registered = true;
    this.events.registered(fields);
  }

  private tookDelta({ fields }: TauMessage, slot: number, length: number): void {
    const { tool_call_id, text } = fields;
    if (typeof tool_call_id !== 'string' || typeof text !== 'string') {
      this.broken({ what: 'an OutputDelta needs the texts "tool_call_id" and "text"' });
      return;
    }
    const id = ++this.asks;
    this.end.came(sizeOf(length), { kind: 'chunk', id, method: 'output_delta', fields });
    this.events.delta(tool_call_id, text, () => this.answer('output_delta', slot, id));
  }

  private tookServerRequest({ fields }: TauMessage, slot: number, length: number): void {
    const id = ++this.asks;
    const at = performance.now();
    this.end.came(sizeOf(length), { kind: 'request', id, method: 'server_request', fields });
    this.events.asked(fields, (response) => {
      this.answer('server_request', slot, id, response, (performance.now() - at) * 1e6);
    });
  }

  /** Answers a request of the plugin, whose slots are as narrow as the host's. */
  private answer(type: string, slot: number, id: number, value?: Fields, durationNs?: number): void {
    this.asking.delete(slot);
    const item = writeResponse(PLUGIN_CALLS, type, value);
    if (item.length > REPLY_LIMIT) {
      const message = `the answer has ${item.length} bytes of CBOR, and no more than ${REPLY_LIMIT} reach a plugin`;
      this.answer(type, slot, id, { type: 'error', message }, durationNs);
      return;
    }
    this.end.write(writeFrame({ kind: 'response', api: API.plugin, slot, item }), {
      ...{ kind: 'response', id, method: type, fields: value ?? {} },
      ...(durationNs === undefined ? {} : { durationNs }),
    });
  }

  private tookResponse({ slot, item }: TauFrame): void {
    const sent = this.slots.release(slot);
    if (sent === undefined) {
      this.end.came(sizeOf(item.length), { kind: 'response', id: 0, method: `slot ${slot}`, fields: {} });
      this.events.odd(`The plugin answered slot ${slot}, in which nothing was asked.`);
      return;
    }
    const { id, message, at } = sent;
    const method = message.type;
    const durationNs = (performance.now() - at) * 1e6;
    if (item.length > REPLY_LIMIT) {
      const fields = { code: 'reply_too_large', message: tooLarge(method, item.length) };
      this.end.came(sizeOf(item.length), { kind: 'response', id, method, fields, durationNs });
      this.events.answered(id, { code: 1, fields });
      return;
    }
    const fields = within(`the answer to ${method}`, () => readResponse(HOST_CALLS, method, item)) ?? {};
    this.end.came(sizeOf(item.length), { kind: 'response', id, method, fields, durationNs });
    this.events.answered(id, { code: 0, fields });
  }

  private broken(breakage: Breakage): void {
    this.closed = true;
    this.events.broken(breakage);
  }
}

function tooLarge(method: string, length: number): string {
  return `The answer to ${method} has ${length} bytes of CBOR; a host in Rust gets ${REPLY_LIMIT} at most, and loses or cuts longer ones.`;
}

/** Bytes of a frame whose item has this many. */
function sizeOf(item: number): number {
  return 8 + item;
}

/** Says which message it was that cannot be read. */
function within<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CborProblem) throw new CborProblem(`${what} is nothing that tau reads: ${error.message}`);
    throw error;
  }
}
