import type {
  Call,
  CallContext,
  CallOptions,
  Ending,
  LoopOptions,
  LoopResult,
  Session,
  SessionOptions,
} from '../../model/session.js';
import { CpexError } from '../../support/errors.js';
import { SessionFailure } from '../failure.js';
import { PendingCall, sharedAbort } from '../native/pending-call.js';
import type { StartedProcess } from '../process/start.js';
import { Tracer } from '../process/tracer.js';
import { isMethodName } from '../wire/frame.js';
import { CallTable, type Outgoing } from './cpex-calls.js';
import { type CpexFrame, cutOff, FrameKind, FrameReader, frameHead } from './cpex-frame.js';
import { garbledOutput, type InitAnswer, initRequest, readInit } from './cpex-init.js';

const INIT = 'cpex.init';
const SHUTDOWN = 'cpex.shutdown';
const NOTHING = new Uint8Array(0);
/** The number of the first request, and of the last one: no call has it. */
const OWN_ID = 1;

/** The parent's side of a plugin that is a process and speaks in frames: one for each call of the native ABI. */
export class CpexSession implements Session {
  readonly pid: number;
  readonly abilities: ReadonlySet<string> = new Set();
  readonly ended: Promise<Ending>;
  /** Resolves when the plugin is initialised, or with how it ended instead. */
  readonly ready: Promise<Ending | undefined>;
  abiVersion?: number;

  private readonly tracer: Tracer;
  private readonly calls: CallTable;
  private readonly reader: FrameReader;
  private readonly over = sharedAbort();
  private readonly abi: number;
  private nextCall = 1;
  private up = false;
  private ending: Ending | undefined;
  private stopping: Promise<Ending> | undefined;
  private shutDownSent = false;
  private shutDownDone = false;
  /** Something came that means nothing: what follows means nothing either. */
  private lost = false;
  private onQuiet: (() => void) | undefined;
  private onShutDown: (() => void) | undefined;
  private becomeReady: (ending?: Ending) => void = () => undefined;

  constructor(
    private readonly options: SessionOptions,
    private readonly started: StartedProcess,
    abiVersion: number,
  ) {
    this.pid = started.pid;
    this.abi = abiVersion;
    this.tracer = new Tracer(options.trace);
    this.calls = new CallTable(
      (id, outgoing) => this.sendCall(id, outgoing),
      (deadline) => started.supervisor.expire(deadline),
    );
    this.reader = new FrameReader(
      (frame) => this.received(frame),
      (why, bytes) => this.garbled(why, bytes),
    );
    this.ready = new Promise((resolve) => {
      this.becomeReady = resolve;
    });
    started.stdout.on('data', (bytes: Buffer) => this.reader.push(bytes));
    started.stdout.on('end', () => this.outputEnded());
    this.ended = started.supervisor.ended.then((ending) => this.finish(ending));
    this.tracer.life('to-plugin', 'init');
    started.moment('init');
    this.request(OWN_ID, 0, INIT, initRequest(abiVersion));
  }

  call(method: string, request: Uint8Array, options: CallOptions = {}): Call {
    const lane = options.concurrent === true ? 'beside' : 'ordered';
    return this.begin(method, request, { lane, during: 0, times: 1 }, options.deadline);
  }

  async loop(method: string, request: Uint8Array, count: number, options: LoopOptions = {}): Promise<LoopResult> {
    const made = { lane: 'ordered', during: 0, times: count } as const;
    const end = await this.begin(method, request, made, options.deadline).end;
    return { count, totalNs: end.durationNs, code: end.code };
  }

  stop(): Promise<Ending> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  kill(): void {
    this.started.supervisor.cancel();
  }

  private begin(
    method: string,
    request: Uint8Array,
    made: Pick<Outgoing, 'lane' | 'during' | 'times'>,
    deadline = this.options.deadlines.call,
  ): PendingCall {
    const problem = this.problem(method);
    const call = new PendingCall(problem === undefined ? this.nextCall++ : 0, method, deadline);
    if (problem === undefined) {
      if (made.times === 1) {
        this.tracer.record({
          direction: 'to-plugin',
          kind: 'request',
          id: call.id,
          method,
          body: request,
          wire: 'frame',
        });
      }
      this.calls.add({ call, request, ...made });
    } else {
      call.fail(problem);
    }
    return call;
  }

  private problem(method: string): Error | undefined {
    if (this.ending !== undefined) return new SessionFailure(this.ending);
    if (this.shutDownSent) {
      return new SessionFailure({ kind: 'harness-fault', message: 'A call was made after stop.' });
    }
    if (isMethodName(method)) return undefined;
    return new CpexError('CPEX_E_METHOD_NAME', 'A method name may not hold a NUL byte or be longer than 60000 bytes.');
  }

  private sendCall(id: number, { call, request, during }: Outgoing): void {
    this.started.moment('call', { callId: call.id, method: call.method, phase: 'call' });
    this.request(id, during, call.method, request);
  }

  private request(id: number, during: number, method: string, body: Uint8Array): void {
    this.write({ kind: FrameKind.Request, id, during, code: 0, method, body });
  }

  private write(frame: CpexFrame): void {
    const { stdin } = this.started;
    if (stdin === undefined || stdin.destroyed || stdin.writableEnded) return;
    stdin.cork();
    stdin.write(frameHead(frame));
    if (frame.body.byteLength > 0) stdin.write(frame.body);
    process.nextTick(() => stdin.uncork());
  }

  private received(frame: CpexFrame): void {
    if (this.lost) return;
    if (frame.kind === FrameKind.Request) this.asked(frame);
    else if (!this.up && frame.id === OWN_ID) this.initialised(readInit(frame.code, frame.body, this.abi));
    else if (this.shutDownSent && frame.id === OWN_ID) this.shutDownAnswered();
    else if (!this.replied(frame)) this.garbled(`it answers request ${frame.id}, which was not made`, frameHead(frame));
  }

  private initialised(answer: InitAnswer): void {
    if ('refusal' in answer) {
      this.tracer.life('to-host', 'init', answer.refusal.code ?? 1);
      this.started.supervisor.refused(answer.refusal);
      return;
    }
    this.up = true;
    this.abiVersion = answer.abiVersion;
    this.started.up();
    this.started.moment('idle');
    this.tracer.life('to-host', 'init', 0);
    this.becomeReady();
  }

  /** False for a response to a request that was never made. */
  private replied({ id, code, body }: CpexFrame): boolean {
    const answered = this.calls.reply(id, code, body);
    if (answered === undefined) return false;
    const { call, end } = answered;
    if (end === undefined) return true;
    const { latest } = this.calls;
    this.started.moment(latest === undefined ? 'idle' : 'call', latest);
    const { durationNs } = end;
    this.tracer.record({
      ...{ direction: 'to-host', kind: 'response', id: call.id, method: call.method, code, body, durationNs },
      wire: 'frame',
    });
    call.finish(end);
    if (!this.calls.busy) this.onQuiet?.();
    return true;
  }

  /** The plugin asks the host. */
  private asked({ id, during, method, body }: CpexFrame): void {
    if (this.shutDownDone) {
      this.tracer.life('to-host', `${method} after shutdown`, 1);
      this.started.supervisor.lateRequest(method);
      this.answer(id, 1, NOTHING);
      return;
    }
    const began = performance.now();
    this.tracer.record({ direction: 'to-host', kind: 'request', id, method, body, wire: 'frame' });
    const answer = (code: number, reply: Uint8Array) => {
      const durationNs = (performance.now() - began) * 1e6;
      this.tracer.record({
        ...{ direction: 'to-plugin', kind: 'response', id, method, code, body: reply, durationNs },
        wire: 'frame',
      });
      this.answer(id, code, reply);
    };
    this.options.services.answer(method, body, this.contextOf(id, during)).then(
      (reply) => answer(reply.code, reply.body),
      (error: unknown) => {
        const said = error instanceof Error ? error.stack : String(error);
        this.started.supervisor.fault(`The service ${method} failed: ${said}`);
      },
    );
  }

  private contextOf(id: number, during: number): CallContext {
    const caller = this.calls.caller(during);
    return {
      callId: caller?.id ?? 0,
      signal: caller?.signal ?? this.over.signal,
      call: (method, request) => this.begin(method, request, { lane: 'nested', during: id, times: 1 }).end,
    };
  }

  private answer(id: number, code: number, body: Uint8Array): void {
    this.write({ kind: FrameKind.Response, id, during: 0, code, method: '', body });
  }

  private garbled(why: string, bytes: Buffer): void {
    this.lost = true;
    const refusal = garbledOutput(why, bytes);
    if (this.up) this.started.supervisor.refused({ kind: 'refused', ...refusal });
    else void this.started.refuse(refusal);
  }

  /** What is left of a frame at the end is what a program printed that knows nothing of frames. */
  private outputEnded(): void {
    const { rest } = this.reader;
    if (!this.up && rest.length > 0) this.garbled(cutOff(rest), rest);
  }

  /** Waits for the calls that were made, then asks the plugin to shut down and waits for its end. */
  private async shutDown(): Promise<Ending> {
    // Who waited for the last call may have made another one meanwhile.
    while (this.calls.busy) {
      await new Promise<void>((resolve) => {
        this.onQuiet = resolve;
      });
    }
    if (this.ending !== undefined) return this.ending;
    const { stop } = this.options.deadlines;
    const linger = this.options.lingerMs ?? 0;
    const timer = setTimeout(() => this.started.supervisor.expire(stop), stop + linger);
    this.shutDownSent = true;
    this.tracer.life('to-plugin', 'shutdown');
    this.started.moment('shutdown');
    const answered = new Promise<void>((resolve) => {
      this.onShutDown = resolve;
    });
    this.request(OWN_ID, 0, SHUTDOWN, NOTHING);
    await Promise.race([answered, this.ended]);
    if (this.shutDownDone && linger > 0) await this.pause(linger);
    this.started.stdin?.end();
    const ending = await this.ended;
    clearTimeout(timer);
    return ending;
  }

  private pause(ms: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    return Promise.race([passed, this.ended]).finally(() => clearTimeout(timer));
  }

  private shutDownAnswered(): void {
    this.shutDownDone = true;
    this.tracer.life('to-host', 'shutdown', 0);
    this.started.moment('exit');
    this.started.supervisor.proven();
    this.onShutDown?.();
  }

  private finish(ending: Ending): Ending {
    this.ending = ending;
    this.over.abort();
    for (const call of this.calls.drain()) call.fail(new SessionFailure(ending));
    this.onQuiet?.();
    this.becomeReady(ending);
    this.tracer.life('to-host', `ended: ${ending.kind}`);
    return ending;
  }
}
