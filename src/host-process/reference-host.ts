import type { Finding } from '../model/finding.js';
import type {
  BuildScope,
  Envelope,
  HostProfile,
  HostProtocol,
  Registration,
  ServiceOptions,
  WrittenParts,
} from '../model/profile.js';
import type {
  CallContext,
  CallEnd,
  CallOptions,
  Deadlines,
  Ending,
  Engine,
  HostServices,
  ProcessFacts,
  ServiceReply,
  Session,
  TraceRecord,
} from '../model/session.js';
import type { TargetName } from '../model/target.js';
import type { Breach, Watch } from '../model/watch.js';
import { SessionFailure } from '../runtime/failure.js';
import { bodies, collect, encodeCall, type OnPiece, type StreamRecord } from './call-streams.js';

/** A plugin to open, in the terms of its host profile. */
export interface OpenOptions {
  /** Absolute path of the artefact. */
  readonly artefact: string;
  readonly target: TargetName;
  readonly profile: HostProfile;
  readonly engine: Engine;
  /** Working folder of the child. */
  readonly cwd: string;
  readonly services: ServiceOptions;
  /** Codecs to offer the plugin when it registers, the preferred one first; JSON alone when absent. */
  readonly codecs?: readonly string[];
  readonly deadlines: Deadlines;
  readonly signal: AbortSignal;
  /** Milliseconds to go on watching after shutdown; 0 when absent. */
  readonly lingerMs?: number;
  readonly trace?: (record: TraceRecord) => void;
  readonly output?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly watch?: Watch;
  readonly breach?: (breach: Breach) => void;
  readonly answer?: AnswerInstead;
  /** Told how a process was started. */
  readonly spawned?: (facts: ProcessFacts) => void;
  /** Environment of the child; that of this process when absent. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Answers a request of the plugin in place of the services, which `usual` asks. Must not throw. */
export type AnswerInstead = (
  method: string,
  request: Uint8Array,
  context: CallContext,
  usual: () => Promise<ServiceReply>,
) => Promise<ServiceReply>;

/** One call's outcome, read by the profile. */
export interface Invocation {
  readonly end: CallEnd;
  readonly envelope: Envelope;
  /** What the plugin streamed; absent for calls without a stream. */
  readonly stream?: StreamRecord;
}

export interface Registered {
  readonly invocation: Invocation;
  /** Absent when the plugin refused or what it said cannot be used. */
  readonly registration?: Registration;
  readonly findings: readonly Finding[];
}

export interface InvokeOptions extends CallOptions {
  /** Takes each piece of a stream as it comes, and what it says where the host knows; the plugin is held up until the promise resolves. */
  readonly onPiece?: OnPiece;
  /** Leave unread what the call streams: its ids end when its function returns. */
  readonly unread?: boolean;
  /** What several calls have in common is written once. */
  readonly written?: WrittenParts;
  /** Once aborted, the plugin that asks whether its call was cancelled hears so; the call itself goes on. */
  readonly signal?: AbortSignal;
}

/** A plugin that runs in the reference host: its session and services under the profile's rules. */
export interface OpenPlugin {
  readonly session: Session;
  /** The profile as asked for, with what the running plugin told of its services. */
  readonly profile: HostProfile;
  invoke(method: string, request: unknown, options?: InvokeOptions): Promise<Invocation>;
  /** Makes the registration call and reads its answer; `again` for one after a change of the configuration. */
  register(config: unknown, options?: { readonly again?: boolean }): Promise<Registered>;
  /** Begins a build or a step for what the plugin stores; the function that is returned ends it. */
  begin(scope: BuildScope): () => void;
  /** Shuts the plugin down, waits for its end and closes the services. Idempotent. */
  close(): Promise<Ending>;
}

/** Time limits when neither flag nor case sets one, in milliseconds. */
export const DEFAULT_DEADLINES: Deadlines = { start: 10_000, call: 30_000, stop: 5_000 };

/** The limits that `--timeout` asks for, in milliseconds; the usual ones without it. No stop takes longer than usual. */
export function deadlinesFor(timeout: number | undefined): Deadlines {
  if (timeout === undefined) return DEFAULT_DEADLINES;
  return { start: timeout, call: timeout, stop: Math.min(timeout, DEFAULT_DEADLINES.stop) };
}

/** Starts a plugin with the services of its profile. Rejects with a SessionFailure. */
export async function openPlugin(options: OpenOptions): Promise<OpenPlugin> {
  const { profile: asked } = options;
  const serviceOptions = { streamIdleMs: options.deadlines.call, ...options.services };
  // A plugin that has told of its services may be answered by those of its application.
  let services = asked.services(serviceOptions);
  const { answer } = options;
  const answering: HostServices = {
    answer: (method, request, context) => {
      const usual = () => services.answer(method, request, context);
      return answer === undefined ? usual() : answer(method, request, context, usual);
    },
  };
  // What crosses before the plugin has told of its services is read as far as the project does.
  let { protocol } = asked;
  let session: Session;
  try {
    session = await options.engine.start({
      artefact: options.artefact,
      target: options.target,
      ...(asked.native === undefined ? {} : { native: asked.native }),
      ...(asked.process === undefined ? {} : { process: asked.process }),
      cwd: options.cwd,
      deadlines: options.deadlines,
      services: answering,
      signal: options.signal,
      ...(options.lingerMs === undefined ? {} : { lingerMs: options.lingerMs }),
      ...(options.trace === undefined ? {} : { trace: readable(options.trace, () => protocol) }),
      ...(options.output === undefined ? {} : { output: options.output }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.watch === undefined ? {} : { watch: options.watch }),
      ...(options.breach === undefined ? {} : { breach: options.breach }),
      ...(options.spawned === undefined ? {} : { spawned: options.spawned }),
    });
  } catch (error) {
    await services.close();
    throw error;
  }
  let profile: HostProfile;
  try {
    profile = (await asked.learn?.(session)) ?? asked;
    if (profile !== asked) {
      await services.close();
      services = profile.services(serviceOptions);
    }
  } catch (error) {
    await session.stop().finally(() => services.close());
    throw error;
  }
  // Registration may choose another codec for everything after it; one that fails leaves it as it was.
  protocol = profile.protocol;
  const registered = (result: unknown, offered: readonly string[] | undefined) => {
    const read = profile.protocol.readRegistration(result, offered);
    protocol = profile.protocol.inCodec?.(read.registration?.codec ?? 'json') ?? profile.protocol;
    return read;
  };
  const ask = async (method: string) => {
    const end = await session.call(method, new Uint8Array(), { concurrent: true }).end;
    return profile.protocol.readEnvelope(end.code, end.body, method).result;
  };
  const send = async (method: string, request: unknown, callOptions?: InvokeOptions): Promise<Invocation> => {
    // What is in force when the call begins holds to its end.
    const rules = protocol;
    const whole = rules.completeRequest === undefined ? request : await rules.completeRequest(request, ask);
    const { first, ...streams } = encodeCall(rules, method, whole, callOptions?.written);
    const call = session.call(method, first, { ...callOptions, ...streams });
    const cancel = () => call.cancel();
    callOptions?.signal?.addEventListener('abort', cancel, { once: true });
    if (callOptions?.signal?.aborted === true) cancel();
    try {
      const read =
        rules.readChunk === undefined ? {} : { read: (piece: Uint8Array) => rules.readChunk?.(piece, method) };
      const pieces = streams.streaming === true ? collect(bodies(call), callOptions?.onPiece, read) : undefined;
      // Where the plugin dies, the end says so.
      pieces?.catch(() => undefined);
      const end = await call.end;
      const envelope = rules.readEnvelope(end.code, end.body, method, request);
      const registers = rules.inCodec !== undefined && method === rules.registration({ config: {} }).method;
      if (registers && envelope.ok === true) registered(envelope.result, codecsOf(request));
      return { end, envelope, ...(pieces === undefined ? {} : { stream: await pieces }) };
    } finally {
      callOptions?.signal?.removeEventListener('abort', cancel);
    }
  };
  let closing: Promise<Ending> | undefined;
  return {
    session,
    profile,
    invoke: async (name, request, callOptions) => {
      const method = protocol.resolveMethod?.(name) ?? name;
      const scope = services.beginCall?.(method, request);
      try {
        const sent = scope === undefined ? request : scope.request;
        const overlapping = scope?.streams === true ? { overlapping: true } : {};
        const invocation = await send(method, sent, { ...overlapping, ...callOptions });
        const pieces = callOptions?.unread === true ? undefined : scope?.returned(invocation.envelope);
        if (pieces === undefined) return invocation;
        const stream = await Promise.race([collect(pieces, callOptions?.onPiece), endOf(session)]);
        return { ...invocation, stream };
      } finally {
        scope?.end();
      }
    },
    register: async (config, { again = false } = {}) => {
      const offered = options.codecs === undefined ? {} : { codecs: options.codecs };
      const { method, body } = profile.protocol.registration({ config, again, ...offered });
      const end = await session.call(method, body).end;
      const invocation = { end, envelope: profile.protocol.readEnvelope(end.code, end.body, method) };
      if (invocation.envelope.ok !== true) return { invocation, findings: invocation.envelope.findings };
      const read = registered(invocation.envelope.result, options.codecs);
      return { ...read, invocation, findings: [...invocation.envelope.findings, ...read.findings] };
    },
    begin: (scope) => services.begin?.(scope) ?? (() => {}),
    close: () => {
      closing ??= session.stop().finally(() => services.close());
      return closing;
    },
  };
}

/** Adds to what crosses what the bodies say, where the profile can read them. */
function readable(trace: (record: TraceRecord) => void, protocol: () => HostProtocol): (record: TraceRecord) => void {
  return (record) => {
    const message = protocol().readTraced?.(record);
    trace(message === undefined ? record : { ...record, message });
  };
}

/** Codecs that a registration by hand offers. */
function codecsOf(request: unknown): string[] {
  const { codecs } = (request ?? {}) as { codecs?: unknown };
  return Array.isArray(codecs) ? codecs.filter((one) => typeof one === 'string') : [];
}

/** Rejects when the plugin's process ends: what it was to stream will not come. */
async function endOf(session: Session): Promise<never> {
  throw new SessionFailure(await session.ended);
}
