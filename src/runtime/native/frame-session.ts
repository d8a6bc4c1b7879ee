import { randomBytes } from 'node:crypto';
import type {
  Call,
  CallEnd,
  CallOptions,
  Ending,
  LoopOptions,
  LoopResult,
  Session,
  SessionOptions,
} from '../../model/session.js';
import { CpexError } from '../../support/errors.js';
import { SessionFailure } from '../failure.js';
import type { Supervisor } from '../process/supervisor.js';
import { Tracer } from '../process/tracer.js';
import type { Channel } from '../wire/channel.js';
import { Flag, type Frame, type Header, isMethodName, Kind } from '../wire/frame.js';
import type { OrderedLane } from './ordered-lane.js';
import { PendingCall, sharedAbort } from './pending-call.js';
import type { QuestionHost } from './questions.js';

/**
 * The parent's side of one child that speaks in frames, whatever loads the plugin there: calls and their
 * ends, deadlines, the shutdown with its token. What differs is which channel a frame takes.
 */
export abstract class FrameSession implements Session, QuestionHost {
  readonly ended: Promise<Ending>;
  /** Resolves when the plugin is initialised, or with how it ended instead. */
  readonly ready: Promise<Ending | undefined>;
  abiVersion?: number;
  abilities: ReadonlySet<string> = new Set();

  protected readonly tracer: Tracer;
  protected abstract readonly control: Channel;
  protected abstract readonly lane: OrderedLane;
  /** Calls beside the lane: concurrent ones, and those made while the plugin waits for an answer. */
  private readonly beside = new Map<number, { call: PendingCall; timer: NodeJS.Timeout; nested: boolean }>();
  private readonly over = sharedAbort();
  private ending: Ending | undefined;
  private stopping: Promise<Ending> | undefined;
  private stopToken: Buffer | undefined;
  private nextId = 1;
  private unfinished = 0;
  private onQuiet: (() => void) | undefined;
  private becomeReady: (ending?: Ending) => void = () => undefined;

  constructor(
    protected readonly options: SessionOptions,
    readonly pid: number,
    protected readonly supervisor: Supervisor,
  ) {
    this.tracer = new Tracer(options.trace);
    this.ready = new Promise((resolve) => {
      this.becomeReady = resolve;
    });
    this.ended = supervisor.ended.then((ending) => this.finish(ending));
    this.tracer.life('to-plugin', 'init');
  }

  call(method: string, request: Uint8Array, options: CallOptions = {}): Call {
    const call = this.begin(method, options.deadline);
    if (call.id === 0) return call;
    if (this.tracer.active) {
      this.tracer.record({ direction: 'to-plugin', kind: 'request', id: call.id, method, body: request });
    }
    if (options.concurrent === true) {
      this.sendBeside(this.control, call, request, { kind: Kind.Call, id: call.id, flags: Flag.Concurrent });
    } else {
      // The worker sees a call return while the child's main thread waits for an answer.
      this.lane.add(call, { kind: Kind.Call, id: call.id }, request, options.overlapping === true);
    }
    return call;
  }

  async loop(method: string, request: Uint8Array, count: number, options: LoopOptions = {}): Promise<LoopResult> {
    const call = this.begin(method, options.deadline);
    const flags = options.mode === 'copied' ? Flag.Copied : 0;
    if (call.id !== 0) this.lane.add(call, { kind: Kind.Loop, id: call.id, flags, a: count }, request, true);
    const end = await call.end;
    return { count, totalNs: end.durationNs, code: end.code };
  }

  stop(): Promise<Ending> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  kill(): void {
    this.supervisor.cancel();
  }

  context(): { readonly callId: number; readonly signal: AbortSignal } {
    const caller = this.caller();
    return { callId: caller?.id ?? 0, signal: caller?.signal ?? this.over.signal };
  }

  callBack(method: string, request: Uint8Array, during: number): Promise<CallEnd> {
    const call = this.begin(method);
    if (call.id === 0) return call.end;
    this.tracer.record({ direction: 'to-plugin', kind: 'request', id: call.id, method, body: request });
    this.sendNested(call, request, during);
    return call.end;
  }

  serviceFailed(method: string, error: unknown): void {
    this.supervisor.fault(`The service ${method} failed: ${error instanceof Error ? error.stack : error}`);
  }

  /** Sends a call that the thread of the request `during` has to make before its answer. */
  protected abstract sendNested(call: PendingCall, request: Uint8Array, during: number): void;

  /** Called when no more calls will come, before the child is asked to shut down. */
  protected beforeStop(): void {}

  /** Takes the frames that every child sends about the plugin's life. Returns false for others. */
  protected lived(frame: Frame): boolean {
    switch (frame.kind) {
      case Kind.Ready:
        this.abiVersion = frame.a;
        this.abilities = new Set(frame.body.toString().split(' ').filter(Boolean));
        this.tracer.life('to-host', 'init', 0);
        this.becomeReady(undefined);
        return true;
      case Kind.ShuttingDown:
        this.tracer.life('to-plugin', 'shutdown');
        return true;
      case Kind.LateAsk:
        this.tracer.life('to-host', `${frame.method} after shutdown`, 1);
        this.supervisor.lateRequest(frame.method);
        return true;
      case Kind.End:
        this.tracer.life('to-host', 'shutdown', 0);
        if (this.stopToken?.equals(frame.body) === true) this.supervisor.proven();
        return true;
      case Kind.Fault:
        this.supervisor.fault(frame.body.toString());
        return true;
      default:
        return false;
    }
  }

  /** The plugin was not loaded; `message` says why in full. */
  protected refused(frame: Frame, message: string): void {
    const stage = frame.method as Extract<Ending, { kind: 'refused' }>['stage'];
    const code = frame.b === 1 ? { code: frame.code } : {};
    this.tracer.life('to-host', 'init', frame.code);
    this.supervisor.refused({ kind: 'refused', stage, message, ...code });
  }

  protected sendBeside(channel: Channel, call: PendingCall, request: Uint8Array, header: Header): void {
    const timer = setTimeout(() => this.supervisor.expire(call.deadline), call.deadline);
    this.beside.set(call.id, { call, timer, nested: header.flags !== Flag.Concurrent });
    channel.send(header, call.method, request);
  }

  /** A call has come back, with a body that may be kept. */
  protected replied(frame: Frame, body: Uint8Array): void {
    const { id, code, a: durationNs, b: length, flags } = frame;
    const call = this.lane.reply(id) ?? this.besideReply(id);
    if (call === undefined) return;
    if (this.tracer.active) {
      this.tracer.record({ direction: 'to-host', kind: 'response', id, method: call.method, code, body, durationNs });
    }
    call.finish({ code, body, durationNs, slot: { nullPointer: (flags & Flag.NullPointer) !== 0, length } });
    this.unfinished--;
    if (this.unfinished === 0) this.onQuiet?.();
  }

  /** Waits for the calls that were made, then asks the child to shut the plugin down. */
  private async shutDown(): Promise<Ending> {
    if (this.unfinished > 0) {
      await new Promise<void>((resolve) => {
        this.onQuiet = resolve;
      });
    }
    if (this.ending !== undefined) return this.ending;
    this.stopToken = randomBytes(16);
    const { stop } = this.options.deadlines;
    const linger = this.options.lingerMs ?? 0;
    const timer = setTimeout(() => this.supervisor.expire(stop), stop + linger);
    this.beforeStop();
    this.control.send({ kind: Kind.Stop, a: linger }, '', this.stopToken);
    const ending = await this.ended;
    clearTimeout(timer);
    return ending;
  }

  /** A new call; one with id 0 has failed already: the session is over, or C cannot take the name. */
  protected begin(method: string, deadline = this.options.deadlines.call): PendingCall {
    const problem = this.problem(method);
    if (problem !== undefined) {
      const call = new PendingCall(0, method, deadline);
      call.fail(problem);
      return call;
    }
    this.unfinished++;
    return new PendingCall(this.nextId++, method, deadline);
  }

  private problem(method: string): Error | undefined {
    if (this.ending !== undefined) return new SessionFailure(this.ending);
    if (this.stopToken !== undefined) {
      return new SessionFailure({ kind: 'harness-fault', message: 'A call was made after stop.' });
    }
    if (isMethodName(method)) return undefined;
    return new CpexError('CPEX_E_METHOD_NAME', 'A method name may not hold a NUL byte or be longer than 60000 bytes.');
  }

  private besideReply(id: number): PendingCall | undefined {
    const entry = this.beside.get(id);
    if (entry === undefined) return undefined;
    clearTimeout(entry.timer);
    this.beside.delete(id);
    return entry.call;
  }

  /** The call that the plugin works on; none where there are several, for the ABI does not say which one asks. */
  private caller(): PendingCall | undefined {
    const entries = [...this.beside.values()];
    const nested = entries.findLast((entry) => entry.nested);
    if (nested !== undefined) return nested.call;
    const calls = entries.map((entry) => entry.call);
    if (this.lane.current !== undefined) calls.push(this.lane.current);
    return calls.length === 1 ? calls[0] : undefined;
  }

  private finish(ending: Ending): Ending {
    this.ending = ending;
    this.over.abort();
    const rest = [...this.lane.drain(), ...[...this.beside.values()].map((entry) => entry.call)];
    for (const { timer } of this.beside.values()) clearTimeout(timer);
    this.beside.clear();
    for (const call of rest) call.fail(new SessionFailure(ending));
    this.unfinished = 0;
    this.onQuiet?.();
    this.becomeReady(ending);
    this.tracer.life('to-host', `ended: ${ending.kind}`);
    return ending;
  }
}
