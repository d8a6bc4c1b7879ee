import { Flag, type Frame, Kind } from '../runtime/wire/frame.js';
import type { BlockingPort } from './blocking-port.js';
import { nativeBuffer, type Pointer } from './libc.js';
import type { RequestShare } from './mapping.js';
import type { ThreadMemory } from './memory.js';
import type { PluginFunctions } from './plugin.js';
import { ResponseSlot } from './response-slot.js';

/** What a thread needs to call the plugin. */
export interface CallEnvironment extends ThreadMemory {
  readonly plugin: PluginFunctions;
}

/** Makes calls on the thread that owns it, one after another. */
export class SyncCalls {
  private readonly slot = new ResponseSlot();
  /** Memory of a running loop, which only native code looks at. */
  private held: unknown[] = [];

  constructor(
    private readonly port: BlockingPort,
    private readonly environment: CallEnvironment,
    private readonly recorderSlot: number,
  ) {}

  /** Serves every frame until the parent closes the channel. */
  serve(): void {
    for (let frame = this.port.next(); frame !== undefined; frame = this.port.next()) {
      if (frame.kind === Kind.Call) this.call(frame);
      else if (frame.kind === Kind.Loop) this.loop(frame);
      else if (frame.kind === Kind.Release) this.environment.replies?.release(frame.a);
    }
  }

  private call(frame: Frame): void {
    const { port, slot } = this;
    const { plugin, recorder } = this.environment;
    const { id, body, shared } = frame;
    const name = frame.methodBytes;
    const request = shared === undefined ? port.address(body) : this.sharedAddress(shared.offset);
    slot.clear();
    recorder.begin(this.recorderSlot, id, name);
    const before = performance.now();
    const code = plugin.call(port.address(name), request, shared?.length ?? body.length, slot.address);
    const ns = (performance.now() - before) * 1e6;
    if (shared !== undefined) port.stage({ kind: Kind.Release, a: shared.offset });
    const { pointer, length } = slot;
    const flags = slot.isNull ? Flag.NullPointer : 0;
    port.stage({ kind: Kind.Reply, id, code, flags, a: ns, b: length }, '', pointer, slot.readable);
    if (pointer !== 0n) plugin.freeBuffer(pointer, slot.exactLength);
    recorder.end(this.recorderSlot);
    // At once, not in batches: a crash in the next call must not take this reply along.
    port.flush();
  }

  /** Makes the same call many times and replies once, with the total time and the last code. */
  private loop(frame: Frame): void {
    const { port } = this;
    const { recorder } = this.environment;
    const { id, shared } = frame;
    const count = frame.a;
    const name = frame.methodBytes;
    // In arenas of the loop's own: pages that are in place and stay there.
    const method = nativeCopy(name);
    const body = shared === undefined ? Buffer.from(frame.body) : this.sharedView(shared.offset, shared.length);
    recorder.begin(this.recorderSlot, id, name);
    this.held = [method.buffer];
    const run = (frame.flags & Flag.Copied) === 0 ? this.borrowed : this.copied;
    const { ns, code } = run.call(this, method.address, body, count);
    recorder.end(this.recorderSlot);
    this.held = [];
    if (shared !== undefined) port.stage({ kind: Kind.Release, a: shared.offset });
    port.stage({ kind: Kind.Reply, id, code, a: ns, b: this.slot.length });
    port.flush();
  }

  /** The request stays in its arena, the reply is read where it lies: address and length only. */
  private borrowed(method: Pointer, body: Buffer, count: number): { ns: number; code: number } {
    const { call, freeBuffer } = this.environment.plugin;
    const { slot } = this;
    const request = nativeCopy(body);
    this.held.push(request.buffer);
    const length = body.length;
    let code = 0;
    const before = performance.now();
    for (let i = 0; i < count; i++) {
      slot.clear();
      code = call(method, request.address, length, slot.address);
      const reply = slot.pointer;
      if (reply !== 0n) freeBuffer(reply, slot.exactLength);
    }
    return { ns: (performance.now() - before) * 1e6, code };
  }

  /** As a real call does: the request is written into the arena and the reply copied out of it. */
  private copied(method: Pointer, body: Buffer, count: number): { ns: number; code: number } {
    const { plugin, libc } = this.environment;
    const { slot } = this;
    const request = nativeCopy(body);
    let reply = nativeBuffer(body.length + 4096);
    // As in an arena that has served calls before: the first touch of a page is not the call's cost.
    reply.buffer.fill(0);
    let code = 0;
    const before = performance.now();
    for (let i = 0; i < count; i++) {
      request.buffer.set(body);
      slot.clear();
      code = plugin.call(method, request.address, body.length, slot.address);
      const { pointer, readable } = slot;
      if (pointer === 0n) continue;
      if (readable > reply.buffer.length) reply = nativeBuffer(readable);
      libc.memcpy(reply.address, pointer, readable);
      plugin.freeBuffer(pointer, slot.exactLength);
    }
    return { ns: (performance.now() - before) * 1e6, code };
  }

  private sharedAddress(offset: number): Pointer {
    return this.share().address(offset);
  }

  private sharedView(offset: number, length: number): Buffer {
    return this.share().view(offset, length);
  }

  private share(): RequestShare {
    const { requests } = this.environment;
    if (requests === undefined) throw new Error('The parent shares a file that this child has not mapped.');
    return requests;
  }
}

function nativeCopy(bytes: Uint8Array): ReturnType<typeof nativeBuffer> {
  const copy = nativeBuffer(bytes.length);
  copy.buffer.set(bytes);
  return copy;
}
