import type { Writable } from 'node:stream';
import type { Tracer } from '../process/tracer.js';
import { LineProblem, LineSplitter, type ReadLine, readLine, writeLine } from './tau-line.js';
import { type Breakage, LinkEnd, type LinkEvents, type TauLink } from './tau-link.js';
import { API, HOST_CALLS, isFields, preview, type TauMessage } from './tau-messages.js';

interface Sent {
  readonly id: number;
  readonly message: TauMessage;
  readonly at: number;
}

const ONLY_MESSAGES =
  'Write nothing but messages to standard output, one on each line; what is for people belongs to standard error.';

/** JSON lines. Results of tools have an id; a result of a hook belongs to the one hook that is under way. */
export class LineLink implements TauLink {
  private readonly end: LinkEnd;
  private readonly splitter = new LineSplitter();
  private readonly tools = new Map<unknown, Sent>();
  private hook: Sent | undefined;
  private readonly hooksToCome: { id: number; message: TauMessage }[] = [];
  private registered = false;
  private closed = false;
  private asks = 0;

  constructor(
    stdin: Writable,
    tracer: Tracer,
    private readonly events: LinkEvents,
  ) {
    this.end = new LinkEnd(stdin, tracer, 'line');
  }

  send(id: number, message: TauMessage): void {
    const answer = HOST_CALLS[message.type]?.line;
    if (answer === 'hook_result' && this.hook !== undefined) {
      this.hooksToCome.push({ id, message });
      return;
    }
    const sent = { id, message, at: performance.now() };
    if (answer === 'hook_result') this.hook = sent;
    if (answer === 'tool_result') this.tools.set(message.fields.tool_call_id, sent);
    this.end.write(writeLine(message), { kind: 'request', id, method: message.type, fields: message.fields });
    // Nothing answers it: to have been sent is all.
    if (answer === undefined) queueMicrotask(() => this.events.answered(id, { code: 0, fields: {} }));
  }

  push(bytes: Buffer): void {
    if (this.closed) return;
    if (!this.registered && isFrame(bytes)) {
      this.broken({
        what: 'it begins with a frame of CBOR, where a line of JSON was to come',
        remedy: 'Speak lines where CPEX_TAU_WIRE is not set, or say "wire: cbor" under "process" in cpex.yaml.',
      });
      return;
    }
    try {
      for (const line of this.splitter.push(bytes)) {
        this.take(readLine(line));
        if (this.closed) return;
      }
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error;
      this.broken({ what: error.message, remedy: ONLY_MESSAGES });
    }
  }

  rest(): string | undefined {
    const left = this.splitter.rest;
    return left.length === 0 || this.closed ? undefined : left.toString('latin1');
  }

  private take(line: ReadLine): void {
    const { type, fields } = line;
    if (!this.registered && type !== 'register') {
      this.broken({ what: `its first message is "${type}", and "register" has to come before all others` });
      return;
    }
    switch (type) {
      case 'register':
        this.tookRegister(line);
        break;
      case 'hook_result':
        this.tookHookResult(line);
        break;
      case 'tool_result':
        this.tookToolResult(line);
        break;
      case 'output_delta':
        this.tookDelta(line);
        break;
      case 'server_request':
        this.tookRequest(line);
        break;
      default:
        this.broken({ what: `a message has the type "${type}", which is none of a plugin's: ${preview(fields)}` });
    }
  }

  private tookRegister({ fields, size }: ReadLine): void {
    this.end.came(size, { kind: 'request', id: 0, method: 'register', fields });
    if (this.registered) {
      this.events.odd('The plugin registered again; only its first registration counts.');
      return;
    }
    this.registered = true;
    this.events.registered(fields);
  }

  private tookHookResult(line: ReadLine): void {
    const sent = this.hook;
    if (sent === undefined) {
      this.unasked(line);
      return;
    }
    this.hook = undefined;
    const next = this.hooksToCome.shift();
    if (next !== undefined) this.send(next.id, next.message);
    this.answered(sent, line);
  }

  private tookToolResult(line: ReadLine): void {
    const id = line.fields.tool_call_id;
    const sent = this.tools.get(id);
    if (sent === undefined) {
      this.unasked(line);
      return;
    }
    this.tools.delete(id);
    this.answered(sent, line);
  }

  private answered({ id, message, at }: Sent, { fields, size }: ReadLine): void {
    const durationNs = (performance.now() - at) * 1e6;
    this.end.came(size, { kind: 'response', id, method: message.type, fields, durationNs });
    this.events.answered(id, { code: 0, fields });
  }

  private unasked({ type, fields, size }: ReadLine): void {
    this.end.came(size, { kind: 'response', id: 0, method: type, fields });
    this.events.odd(`The plugin sent a ${type} that nobody waits for: ${preview(fields)}`);
  }

  private tookDelta({ fields, size }: ReadLine): void {
    const { tool_call_id, text } = fields;
    if (typeof tool_call_id !== 'string' || typeof text !== 'string') {
      this.broken({ what: `an output_delta needs the texts "tool_call_id" and "text": ${preview(fields)}` });
      return;
    }
    const id = this.tools.get(tool_call_id)?.id ?? 0;
    this.end.came(size, { kind: 'chunk', id, method: 'output_delta', fields });
    this.events.delta(tool_call_id, text, () => undefined);
  }

  private tookRequest({ fields, size }: ReadLine): void {
    const { request_id, request } = fields;
    if (request_id === undefined || !isFields(request)) {
      this.broken({ what: `a server_request needs "request_id" and an object "request": ${preview(fields)}` });
      return;
    }
    const id = ++this.asks;
    const at = performance.now();
    this.end.came(size, { kind: 'request', id, method: 'server_request', fields });
    this.events.asked(request, (response) => {
      const durationNs = (performance.now() - at) * 1e6;
      const answer = { request_id, response };
      this.end.write(writeLine({ type: 'server_response', fields: answer }), {
        ...{ kind: 'response', id, method: 'server_request', fields: answer, durationNs },
      });
    });
  }

  private broken(breakage: Breakage): void {
    this.closed = true;
    this.events.broken(breakage);
  }
}

/** Whether a plugin begins as one does that registers in frames: a length, a request of the service for plugins. */
function isFrame(bytes: Buffer): boolean {
  return bytes.length >= 8 && bytes[0] !== 0x7b && bytes[4] === 0 && bytes.readUInt16LE(5) === API.plugin;
}
