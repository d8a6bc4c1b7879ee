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
import { parseExact, stringifyExact } from '../../support/exact-json.js';
import { SessionFailure } from '../failure.js';
import { sharedAbort } from '../native/pending-call.js';
import { Tracer } from '../process/tracer.js';
import { CallTable, type Outgoing } from './cpex-calls.js';
import { TauCall } from './tau-call.js';
import { TauLife } from './tau-life.js';
import type { Answered } from './tau-link.js';
import { type Fields, REGISTER, SLOTS } from './tau-messages.js';
import type { TauStart } from './tau-process.js';
import { idInUse, readHostRequest } from './tau-request.js';

/** The parent's side of a plugin of tau, in either form of the messages. */
export class TauSession implements Session {
  readonly abilities: ReadonlySet<string> = new Set();
  readonly ended: Promise<Ending>;
  /** Resolves when the plugin has registered, or with how it ended instead. */
  readonly ready: Promise<Ending | undefined>;

  private readonly options: SessionOptions;
  private readonly tracer: Tracer;
  private readonly calls: CallTable;
  private readonly life: TauLife;
  private readonly over = sharedAbort();
  private registration: Fields | undefined;
  /** Calls of tools that are under way, by the id that results and output carry. */
  private readonly tools = new Map<string, TauCall>();
  private nextCall = 1;
  private ending: Ending | undefined;
  private stopping: Promise<Ending> | undefined;
  private onQuiet: (() => void) | undefined;
  private becomeReady: (ending?: Ending) => void = () => undefined;
  private end: (ending: Ending) => void = () => undefined;

  constructor(start: Omit<TauStart, 'tracer'>) {
    this.options = start.options;
    this.tracer = new Tracer(start.options.trace);
    this.calls = new CallTable(
      (id, outgoing) => this.send(id, outgoing),
      (deadline) => this.life.expire(deadline),
      SLOTS,
    );
    this.life = new TauLife(
      { ...start, tracer: this.tracer },
      {
        registered: (registration) => this.registered(registration),
        answered: (id, answer) => this.answered(id, answer),
        delta: (toolCallId, text, taken) => this.delta(toolCallId, text, taken),
        asked: (request, answer) => this.asked(request, answer),
        odd: (message) => this.odd(message),
        over: (ending) => this.finish(ending),
      },
      () => this.calls.latest,
    );
    this.ready = new Promise((resolve) => {
      this.becomeReady = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  /** Of the process that runs; 0 while there is none, after `idle`. */
  get pid(): number {
    return this.life.pid;
  }

  /** Starts the plugin. Rejects with a `SessionFailure` where there is no process at all. */
  open(): Promise<void> {
    this.tracer.life('to-plugin', 'init');
    return this.life.launch();
  }

  call(method: string, request: Uint8Array, options: CallOptions = {}): Call {
    return this.begin(method, request, 1, options);
  }

  async loop(method: string, request: Uint8Array, count: number, options: LoopOptions = {}): Promise<LoopResult> {
    const end = await this.begin(method, request, count, options).end;
    return { count, totalNs: end.durationNs, code: end.code };
  }

  stop(): Promise<Ending> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  kill(): void {
    this.life.kill();
  }

  private begin(method: string, request: Uint8Array, times: number, options: CallOptions): TauCall {
    const { message, problem = this.problem() } = readHostRequest(method, request);
    const deadline = options.deadline ?? this.options.deadlines.call;
    const id = problem === undefined ? this.nextCall++ : 0;
    const call = new TauCall(id, message, deadline, (cancelled) => this.cancelTool(cancelled));
    if (problem !== undefined) call.fail(problem);
    else if (method === REGISTER) this.answerRegistration(call);
    else {
      const lane = options.concurrent === true ? 'beside' : 'ordered';
      this.calls.add({ call, request, lane, during: 0, times });
    }
    return call;
  }

  private problem(): Error | undefined {
    if (this.ending !== undefined) return new SessionFailure(this.ending);
    if (this.stopping === undefined) return undefined;
    return new SessionFailure({ kind: 'harness-fault', message: 'A call was made after stop.' });
  }

  /** Nothing asks a plugin for its registration: it is there when the session is. */
  private answerRegistration(call: TauCall): void {
    const body = Buffer.from(stringifyExact(this.registration ?? {}));
    call.finish({ code: 0, body, durationNs: 0, slot: { nullPointer: false, length: body.length } });
  }

  /** A call has its turn. */
  private send(id: number, { call }: Outgoing): void {
    if (!(call instanceof TauCall)) return;
    const { toolCallId, message } = call;
    if (toolCallId !== undefined) {
      const other = this.tools.get(toolCallId);
      if (other !== undefined && other !== call) {
        // Not at once: the table is in the middle of its own work.
        queueMicrotask(() => {
          call.fail(idInUse(toolCallId));
          this.calls.reply(id, 1, new Uint8Array(0));
          this.noteQuiet();
        });
        return;
      }
      this.tools.set(toolCallId, call);
    }
    this.life.send(id, message);
  }

  private answered(id: number, { code, fields }: Answered): void {
    const { call, end } = this.calls.reply(id, code, Buffer.from(stringifyExact(fields))) ?? {};
    if (end === undefined || !(call instanceof TauCall)) return;
    if (call.toolCallId !== undefined) this.tools.delete(call.toolCallId);
    this.life.noteMoment();
    call.finish(end);
    this.noteQuiet();
  }

  /** Asks a tool to end early; it still answers, and its deadline still holds. */
  private cancelTool({ toolCallId }: TauCall): void {
    if (toolCallId === undefined || !this.tools.has(toolCallId) || this.ending !== undefined) return;
    const message = { type: 'cancel_tool_call', fields: { tool_call_id: toolCallId } };
    const call = new TauCall(this.nextCall++, message, this.options.deadlines.call, () => undefined);
    this.calls.add({ call, request: new Uint8Array(0), lane: 'beside', during: 0, times: 1 });
  }

  private registered(registration: Fields): void {
    // tau keeps the first one, and passes over those of later processes.
    this.registration ??= registration;
    this.tracer.life('to-host', 'init', 0);
    this.becomeReady();
  }

  private delta(toolCallId: string, text: string, taken: () => void): void {
    const call = this.tools.get(toolCallId);
    if (call !== undefined) {
      call.chunks.push({ body: Buffer.from(text) }, taken);
      return;
    }
    this.odd(`The plugin sent output of the tool call ${JSON.stringify(toolCallId)}, which is not under way.`);
    taken();
  }

  private asked(request: Fields, answer: (response: Fields) => void): void {
    const body = Buffer.from(stringifyExact(request));
    this.options.services.answer('server_request', body, this.context()).then(
      (reply) => answer(parseExact(Buffer.from(reply.body).toString()) as Fields),
      (error: unknown) => {
        const said = error instanceof Error ? error.stack : String(error);
        this.life.fault(`The service server_request failed: ${said}`);
      },
    );
  }

  /** No message says in which call it is sent, so it is the only one under way, or the last one begun. */
  private context(): CallContext {
    const caller = this.calls.caller(0);
    const callId = caller?.id ?? this.calls.latest?.callId ?? 0;
    return { callId, signal: caller?.signal ?? this.over.signal };
  }

  private odd(message: string): void {
    this.options.breach?.({ test: 'stdio.odd', message });
  }

  private noteQuiet(): void {
    if (!this.calls.busy) this.onQuiet?.();
  }

  /** Waits for the calls that were made, then lets the plugin's input end, and waits for the plugin's end. */
  private async shutDown(): Promise<Ending> {
    if (this.calls.busy) {
      await new Promise<void>((resolve) => {
        this.onQuiet = resolve;
      });
    }
    if (this.ending !== undefined) return this.ending;
    this.tracer.life('to-plugin', 'shutdown');
    this.life.close(this.options.deadlines.stop);
    return this.ended;
  }

  private finish(ending: Ending): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.over.abort();
    for (const call of this.calls.drain()) call.fail(new SessionFailure(ending));
    this.onQuiet?.();
    this.becomeReady(ending);
    this.tracer.life('to-host', `ended: ${ending.kind}`);
    this.end(ending);
  }
}
