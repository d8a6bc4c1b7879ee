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
import type { Tracer } from '../process/tracer.js';
import { Broker } from './broker.js';
import { CANCELLED, INTERNAL, OK, type Status, UNAVAILABLE, UNIMPLEMENTED } from './connection.js';
import type { Established } from './established.js';
import { GrpcCall, statusBody } from './grpc-call.js';
import { encode, HEALTH_REQUEST, METHODS } from './messages.js';
import { OwnCall } from './own-call.js';
import { PluginQuestions } from './plugin-questions.js';
import { virtualCall } from './virtual-calls.js';

/** How long a process may take to be gone once its connection is, in milliseconds, before the call alone has failed. */
const GONE_MS = 2000;
/** A method as gRPC has it, over the plugin's own connection or over a brokered one. */
const METHOD = /^(?:broker:(\d{1,10})\/)?([\w.]+\/\w+)$/;

/** One plugin that serves gRPC. */
export class GrpcSession implements Session {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly abilities: ReadonlySet<string> = new Set();
  readonly broker: Broker;

  private readonly running = new Set<GrpcCall>();
  private readonly questions: PluginQuestions;
  private lane: Promise<unknown> = Promise.resolve();
  private ending: Ending | undefined;
  private stopping: Promise<Ending> | undefined;
  private stopped = false;
  /** The call that asks the plugin to stop; it ends with the connection at the latest. */
  private askedToStop: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: SessionOptions,
    readonly established: Established,
    private readonly tracer: Tracer,
  ) {
    const { carrier, connection, log, trust } = established;
    this.pid = carrier.pid;
    this.questions = new PluginQuestions(options.services, tracer, {
      running: () => [...this.running],
      call: (method, request) => this.call(method, request, { concurrent: true }).end,
      fault: (message) => carrier.fault(message),
    });
    this.broker = new Broker({
      connection,
      log,
      trust,
      folder: carrier.folder,
      answer: (method, request, signal) => this.questions.answer(method, request, signal),
    });
    this.ended = carrier.ended.then(async (ending) => {
      this.ending = ending;
      if (carrier.keeps === true) connection.abandon();
      else connection.close();
      await this.askedToStop;
      return this.finish(ending);
    });
  }

  call(method: string, request: Uint8Array, options: CallOptions = {}): Call {
    const call = new GrpcCall(this.established.log.nextId(), method, options.deadline ?? this.options.deadlines.call);
    const problem = this.problem(method);
    if (problem !== undefined) {
      call.fail(problem);
      return call;
    }
    this.running.add(call);
    const run = () => this.make(call, request, options);
    const made = options.concurrent === true ? run() : this.lane.then(run);
    if (options.concurrent !== true) this.lane = made;
    return call;
  }

  async loop(method: string, request: Uint8Array, count: number, options: LoopOptions = {}): Promise<LoopResult> {
    const { deadline = this.options.deadlines.call } = options;
    const began = performance.now();
    let code = 0;
    for (let made = 0; made < count; made++) {
      const left = Math.max(1, deadline - (performance.now() - began));
      ({ code } = await this.call(method, request, { deadline: left }).end);
    }
    return { count, totalNs: (performance.now() - began) * 1e6, code };
  }

  stop(): Promise<Ending> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  kill(): void {
    this.established.carrier.cancel();
  }

  private problem(method: string): Error | undefined {
    if (this.ending !== undefined) return new SessionFailure(this.ending);
    if (this.stopped) return new SessionFailure({ kind: 'harness-fault', message: 'A call was made after stop.' });
    if (METHOD.test(method) || virtualCall(method) !== undefined) return undefined;
    return new CpexError('CPEX_E_METHOD_NAME', `${JSON.stringify(method)} is no method of gRPC.`, {
      remedy: 'Write it as package.Service/Method.',
    });
  }

  /** Makes a call and ends it; never rejects. */
  private async make(call: GrpcCall, request: Uint8Array, options: CallOptions): Promise<void> {
    if (this.ending !== undefined) return;
    const { carrier } = this.established;
    const began = performance.now();
    const timer = setTimeout(() => carrier.expire(call.deadline), call.deadline);
    carrier.moment('call', { callId: call.id, method: call.method, phase: 'call' });
    try {
      const virtual = virtualCall(call.method);
      const { status, body } =
        virtual === undefined
          ? await this.overWire(call, request, options)
          : { status: { code: OK, details: '' }, body: await virtual(this, request) };
      if (call.abandoned && this.ending !== undefined) return;
      if (await this.died(status, call)) return;
      const end = status.code === OK ? body : statusBody(status);
      const durationNs = (performance.now() - began) * 1e6;
      if (virtual === undefined) this.traced('response', call, end, { code: status.code, durationNs });
      call.finish({ code: status.code, body: end, durationNs, slot: { nullPointer: false, length: end.length } });
    } catch (error) {
      call.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      clearTimeout(timer);
      this.running.delete(call);
      const [other] = this.running;
      if (other === undefined) carrier.moment('idle');
      else carrier.moment('call', { callId: other.id, method: other.method, phase: 'call' });
    }
  }

  private async overWire(call: GrpcCall, request: Uint8Array, options: CallOptions) {
    const [, brokered, path = ''] = METHOD.exec(call.method) ?? [];
    const connection = brokered === undefined ? this.established.connection : await this.broker.dial(Number(brokered));
    if (typeof connection === 'string') {
      return { status: { code: UNAVAILABLE, details: connection }, body: new Uint8Array() };
    }
    return call.run(connection.open(path), request, options, {
      sent: (body, first) => this.traced(first ? 'request' : 'chunk', call, body, {}, 'to-plugin'),
      chunk: (body) => this.traced('chunk', call, body, {}),
    });
  }

  /** Whether a status means that the process went away; the session's end ends the call then. */
  private async died(status: Status, call: GrpcCall): Promise<boolean> {
    const { carrier, connection } = this.established;
    if (call.abandoned && status.code === CANCELLED) return false;
    if (![UNAVAILABLE, INTERNAL, CANCELLED].includes(status.code) || connection.alive) return false;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), GONE_MS);
    });
    const ending = await Promise.race([carrier.ended, patience]);
    clearTimeout(timer);
    if (ending === undefined) return false;
    call.fail(new SessionFailure(ending));
    return true;
  }

  /** Waits for the calls that were made, asks the plugin to stop and waits for its end. */
  private async shutDown(): Promise<Ending> {
    await Promise.allSettled([...this.running].map(({ end }) => end));
    this.stopped = true;
    if (this.ending !== undefined) return this.ending;
    const { carrier, connection, stopLimit } = this.established;
    carrier.moment('shutdown');
    carrier.stopping();
    this.broker.close();
    if (carrier.keeps !== true) {
      const asked = this.askToStop();
      this.askedToStop = asked;
      await asked;
    }
    connection.close();
    carrier.leaving(stopLimit);
    return this.ended;
  }

  private async askToStop(): Promise<void> {
    const { carrier, connection, log, stdio, health, stopLimit } = this.established;
    if (stdio.served && health === 'SERVING' && this.ending === undefined) {
      // What was printed last is still on its way inside the plugin: while it answers this, that comes.
      await new OwnCall(connection, log, METHODS.health).ask(HEALTH_REQUEST, stopLimit);
    }
    // A plugin that has ended meanwhile has no connection to ask over.
    if (this.ending !== undefined) return;
    const call = new OwnCall(connection, log, METHODS.shutdown);
    const { code } = await call.ask(encode('Empty', {}), stopLimit);
    // A plugin may be gone before its answer is: only one that knows no such call is told apart.
    if (code === UNIMPLEMENTED) {
      carrier.moment('shutdown', { callId: call.id, method: METHODS.shutdown, phase: 'shutdown' });
    }
  }

  private traced(
    kind: 'request' | 'chunk' | 'response',
    { id, method }: GrpcCall,
    body: Uint8Array,
    end: Partial<Pick<CallEnd, 'code' | 'durationNs'>>,
    direction: 'to-plugin' | 'to-host' = 'to-host',
  ): void {
    if (this.tracer.active) this.tracer.record({ direction, kind, id, method, body, wire: 'grpc', ...end });
  }

  private finish(ending: Ending): Ending {
    this.broker.close();
    for (const call of this.running) call.fail(new SessionFailure(ending));
    this.tracer.life('to-host', `ended: ${ending.kind}`);
    return ending;
  }
}
