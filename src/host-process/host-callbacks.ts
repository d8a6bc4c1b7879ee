import koffi from 'koffi';
import { Flag, type Frame, Kind, MAX_METHOD } from '../runtime/wire/frame.js';
import { NESTED_SLOT } from '../runtime/wire/recorder.js';
import type { BlockingPort } from './blocking-port.js';
import { nativeBuffer, type Pointer, viewMemory } from './libc.js';
import type { HostCall } from './plugin.js';
import { MAX_REPLY, ResponseSlot } from './response-slot.js';
import type { CallEnvironment } from './sync-calls.js';

/** What a plugin gets whose request cannot be passed on. */
const FAILED = 1;

/**
 * The host's `call`: takes the plugin's request to the parent and blocks for the answer. koffi runs
 * it on the main thread whichever thread the plugin calls from, so one request is answered at a
 * time. While it waits it makes calls that the parent's service asks for in between.
 */
export class HostCallbacks {
  /** The plugin's functions, once the plugin is initialised; nested calls need them. */
  environment: CallEnvironment | undefined;
  /** Set when `shutdown` has returned: nothing is answered any more. */
  closed: ((method: string, body: Buffer) => void) | undefined;

  private nextId = 1;
  private readonly answerSlot = nativeBuffer(16);
  private readonly answer = new BigUint64Array(this.answerSlot.buffer.buffer, this.answerSlot.buffer.byteOffset, 2);

  constructor(
    private readonly port: BlockingPort,
    private readonly memory: Pick<CallEnvironment, 'libc' | 'requests' | 'replies'>,
    private readonly optionalResponse: boolean,
  ) {}

  /** Never throws: the plugin would read an exception as success. */
  readonly call: HostCall = (_context, method, request, length, response) => {
    try {
      return this.ask(method, request, Number(length), response);
    } catch {
      return FAILED;
    }
  };

  private ask(method: Pointer | null, request: Pointer | null, length: number, response: Pointer | null): number {
    if (response === null && !this.optionalResponse) return FAILED;
    this.respond(response, 0n, 0);
    if (method === null || length > MAX_REPLY || (request === null && length > 0)) return FAILED;
    const name = koffi.decode.string(method);
    if (Buffer.byteLength(name) > MAX_METHOD) return FAILED;
    if (this.closed !== undefined) {
      this.closed(name, request === null ? Buffer.alloc(0) : Buffer.from(viewMemory(request, length)));
      return FAILED;
    }
    const id = this.nextId++;
    this.port.stage({ kind: Kind.Ask, id }, name, request ?? 0n, length);
    this.port.flush();
    return this.settle(this.waitForAnswer(id), response);
  }

  private waitForAnswer(id: number): Frame {
    for (;;) {
      const frame = this.port.next();
      if (frame === undefined) throw new Error('The parent is gone.');
      if (frame.kind === Kind.Answer && frame.id === id) return frame;
      if (frame.kind === Kind.Call) this.nested(frame);
      else if (frame.kind === Kind.Release) this.memory.replies?.release(frame.a);
    }
  }

  /** Gives the answer's body to the plugin in memory of its own, which it frees with the host's `free_buffer`. */
  private settle(frame: Frame, response: Pointer | null): number {
    const { libc, requests } = this.memory;
    const { code, body, shared } = frame;
    const length = shared?.length ?? body.length;
    if (length > 0 && response !== null) {
      const from = shared === undefined ? this.port.address(body) : requests?.address(shared.offset);
      const copy = libc.malloc(length);
      if (copy === null || from === undefined) return FAILED;
      libc.memcpy(copy, from, length);
      this.respond(response, copy, length);
    }
    if (shared !== undefined) {
      this.port.stage({ kind: Kind.Release, a: shared.offset });
      this.port.flush();
    }
    return code;
  }

  /** A plugin call that the parent makes before it answers. The port's arena moves on meanwhile: the request is copied. */
  private nested(frame: Frame): void {
    const environment = this.environment;
    const { id, shared } = frame;
    const name = Buffer.from(frame.methodBytes);
    const body = shared === undefined ? frame.body : this.memory.requests?.view(shared.offset, shared.length);
    if (environment === undefined || body === undefined)
      throw new Error('A nested call came before the plugin was ready.');
    const { plugin, recorder } = environment;
    const request = nativeBuffer(name.length + body.length);
    request.buffer.set(name);
    request.buffer.set(body, name.length);
    const slot = new ResponseSlot();
    slot.clear();
    recorder.begin(NESTED_SLOT, id, name);
    const before = performance.now();
    const bodyAddress = request.address + BigInt(name.length);
    const code = plugin.call(request.address, bodyAddress, body.length, slot.address);
    const ns = (performance.now() - before) * 1e6;
    const flags = slot.isNull ? Flag.NullPointer : 0;
    if (shared !== undefined) this.port.stage({ kind: Kind.Release, a: shared.offset });
    this.port.stage({ kind: Kind.Reply, id, code, flags, a: ns, b: slot.length }, '', slot.pointer, slot.readable);
    if (!slot.isNull) plugin.freeBuffer(slot.pointer, slot.exactLength);
    recorder.end(NESTED_SLOT);
    this.port.flush();
    request.buffer.fill(0, 0, 1); // Still in use up to here.
  }

  private respond(response: Pointer | null, pointer: Pointer, length: number): void {
    if (response === null) return;
    this.answer[0] = pointer;
    this.answer[1] = BigInt(length);
    this.memory.libc.memcpy(response, this.answerSlot.address, 16);
  }
}
