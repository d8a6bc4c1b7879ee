import type { CrashFacts } from './crash.js';
import type { ProcessRules } from './process.js';
import type { TargetName } from './target.js';
import type { Breach, Field, Observation, Watch } from './watch.js';

/** How host and plugin meet. */
export type Transport = 'native' | 'grpc' | 'stdio';

/** What it takes to start one plugin. */
export interface SessionOptions {
  /** Absolute path of the shared library or executable. */
  readonly artefact: string;
  readonly target: TargetName;
  /** How the profile's host loads a library; native transport only. */
  readonly native?: NativeRules;
  /** How the profile's host starts and speaks with a plugin's process; other transports only. */
  readonly process?: ProcessRules;
  /** Working folder of the child; a fresh temporary folder is usual. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly deadlines: Deadlines;
  /** Answers requests that the plugin makes. */
  readonly services: HostServices;
  /** Receives every message that crosses, in order. */
  readonly trace?: (record: TraceRecord) => void;
  /** Receives what the plugin prints, as it comes. */
  readonly output?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds that the child lives on after shutdown, to catch requests that come too late; 0 when absent. */
  readonly lingerMs?: number;
  /** How closely the probe watches; other engines cannot. */
  readonly watch?: Watch;
  /** Receives what the probe itself sees the plugin do wrong. */
  readonly breach?: (breach: Breach) => void;
  /** Told how the plugin's process was started, as soon as it was; transports of processes only. */
  readonly spawned?: (facts: ProcessFacts) => void;
}

/** How a plugin's process was started. */
export interface ProcessFacts {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of the variable by which cpex knows what the process starts: nothing else may carry its value. */
  readonly mark: string;
  readonly pid: number;
}

/** How a host loads native libraries. Plain data: it goes to the child as JSON. */
export interface NativeRules {
  readonly entry: string;
  readonly abiVersion: number;
  /** A plugin may leave `shutdown` out of its table. */
  readonly optionalShutdown?: true;
  /** A plugin whose entry or table is refused is shut down first, when it has filled in `shutdown`. */
  readonly shutdownRefused?: true;
  /** A plugin that was refused is unloaded then. */
  readonly unloadRefused?: true;
  /** A request of the plugin may come without a slot for its response. */
  readonly optionalResponse?: true;
  /**
   * The host's own words for a refusal, by the step that failed. `{path}`, `{entry}`, `{detail}` (what
   * the system said), `{code}` and `{version}` are filled in.
   */
  readonly messages?: Readonly<Partial<Record<LoadStage, string>>>;
}

/** Time limits in milliseconds. The parent keeps them; passing one kills the plugin. */
export interface Deadlines {
  /** From spawn to a loaded and initialised plugin. */
  readonly start: number;
  /** One call, unless the call says otherwise. */
  readonly call: number;
  /** Shutdown to the child's clean end. */
  readonly stop: number;
}

/** The answer to a request of the plugin: a code and a body, as the ABI returns them. */
export interface ServiceReply {
  /** 0 where the body is an envelope; anything else is the ABI's own failure. */
  readonly code: number;
  readonly body: Uint8Array;
}

/** Implements the host's side of the contract. Never throws: failures are envelopes. */
export interface HostServices {
  answer(method: string, request: Uint8Array, context: CallContext): Promise<ServiceReply>;
}

/** What a service may know about the call during which it was asked. */
export interface CallContext {
  /** Id of the plugin call in flight, 0 when there is none. */
  readonly callId: number;
  readonly signal: AbortSignal;
  /** A thread of the plugin's own asks, which is in none of its calls. Absent too where the engine cannot tell. */
  readonly ownThread?: true;
  /**
   * Calls the plugin back before the answer, while the plugin waits for it. Absent where the
   * transport cannot do that. The answer must not be given before this has ended.
   */
  readonly call?: (method: string, request: Uint8Array) => Promise<CallEnd>;
}

export interface CallOptions {
  /** Milliseconds; the session's call deadline when absent. */
  readonly deadline?: number;
  /** Make the call on a pool thread beside others instead of in order. */
  readonly concurrent?: boolean;
  /** See the call return although a request of the plugin still waits for its answer. */
  readonly overlapping?: boolean;
  /** Further messages of a request that is a stream. The call's own request is the first one; it is none when this is `'none'`. */
  readonly more?: readonly Uint8Array[] | 'none';
  /** The answer may be a stream: each message is a chunk. Over gRPC the end has no body then. */
  readonly streaming?: boolean;
}

/** One piece of a streamed answer. A unary call has none. */
export interface Chunk {
  readonly body: Uint8Array;
}

/** How a call came out. `code` is what the plugin's function returned. */
export interface CallEnd {
  readonly code: number;
  readonly body: Uint8Array;
  /** Nanoseconds inside the plugin's function, measured in the child. */
  readonly durationNs: number;
  /** Facts about the response slot that only the child can see. */
  readonly slot: { readonly nullPointer: boolean; readonly length: number };
}

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly chunks: AsyncIterable<Chunk>;
  /** Resolves with the end; rejects with a `SessionFailure` when the plugin died or hung. */
  readonly end: Promise<CallEnd>;
  cancel(): void;
}

/** How a plugin's process came to its end. */
export type Ending =
  /** Result record, end token and exit code 0 were all seen. */
  | {
      readonly kind: 'clean';
      /** Methods that the plugin asked the host for after `shutdown` had returned; they were refused. */
      readonly lateRequests?: readonly string[];
      /** Command lines of processes that the plugin had started and left running; they were killed. */
      readonly leftovers?: readonly string[];
    }
  /** The library could not be loaded or its entry refused, or the process did not get as far as taking calls. */
  | {
      readonly kind: 'refused';
      readonly stage: LoadStage | ProcessStage;
      readonly message: string;
      readonly code?: number;
      /** What was seen: the first line, the end of stderr, the exit code, facts about the file. */
      readonly evidence?: readonly string[];
      /** What to do, where more is known than the stage. */
      readonly remedy?: string;
    }
  /** The process ended although nobody asked, or without its end token. */
  | {
      readonly kind: 'exit';
      readonly code: number;
      readonly phase: Phase;
      readonly inFlight?: InFlight;
      readonly stderrTail: string;
    }
  | {
      readonly kind: 'crash';
      readonly signal: string;
      readonly phase: Phase;
      readonly inFlight?: InFlight;
      readonly stderrTail: string;
      /** The plugin's functions, the innermost first, one per line; empty where they are not known. */
      readonly frames: readonly string[];
      readonly fault?: CrashFacts;
    }
  /** A deadline passed and the host killed the process group. */
  | {
      readonly kind: 'hang';
      readonly phase: Phase;
      readonly deadlineMs: number;
      /** What did not come, where that is no call: `its handshake line`. */
      readonly awaited?: string;
      readonly inFlight?: InFlight;
      readonly stderrTail: string;
      /** What each thread of the child was doing when the deadline passed, one per line. */
      readonly threads?: readonly string[];
    }
  /** The caller cancelled. */
  | { readonly kind: 'cancelled' }
  /** Our own host failed; never the plugin's fault. */
  | { readonly kind: 'harness-fault'; readonly message: string };

/** Steps of loading a library, in their order; one of them fails when a plugin is refused. */
export type LoadStage = 'load' | 'entry' | 'init' | 'version' | 'table';
/** Steps of starting a process that takes calls, in their order. */
export type ProcessStage = 'spawn' | 'handshake' | 'version' | 'connect' | 'register';
export type Phase = 'load' | 'init' | 'call' | 'idle' | 'shutdown' | 'exit';

/** The call that was running when a process ended, from the flight recorder. */
export interface InFlight {
  readonly callId: number;
  readonly method: string;
  readonly phase: Phase;
}

/** One running plugin behind any transport and engine. */
export interface Session {
  readonly pid: number;
  /** ABI version that the plugin reported; native transport, and the same calls in frames. */
  readonly abiVersion?: number;
  call(method: string, request: Uint8Array, options?: CallOptions): Call;
  /** Makes the same call many times inside the child, at full speed, after the calls made so far. */
  loop(method: string, request: Uint8Array, count: number, options?: LoopOptions): Promise<LoopResult>;
  /** What the child can watch; empty for engines that only serve. */
  readonly abilities: ReadonlySet<string>;
  /**
   * Runs an experiment of the probe after the calls made so far. Rejects with a `SessionFailure` when the plugin dies of
   * it or the deadline, in milliseconds, passes. Absent where the engine has no experiments.
   */
  perform?(
    experiment: string,
    fields: readonly Field[],
    options?: { readonly deadline?: number },
  ): Promise<Observation>;
  /** Shuts the plugin down and waits for its end. Idempotent. */
  stop(): Promise<Ending>;
  /** Kills the whole process group at once. */
  kill(): void;
  /** Resolves when the process is gone, however that came. */
  readonly ended: Promise<Ending>;
}

export interface LoopOptions {
  /** Milliseconds for the whole loop; the session's call deadline when absent. */
  readonly deadline?: number;
  /**
   * `borrowed` (the default) leaves the request where it is and reads only address and length of
   * each reply; `copied` writes the request and copies the reply each time, as a real call does.
   */
  readonly mode?: 'borrowed' | 'copied';
}

export interface LoopResult {
  readonly count: number;
  readonly totalNs: number;
  /** What the last call returned. */
  readonly code: number;
}

/** One message that crossed between host and plugin. */
export interface TraceRecord {
  readonly sequence: number;
  /** Nanoseconds since the session started. */
  readonly timeNs: number;
  readonly direction: 'to-plugin' | 'to-host';
  readonly kind: 'request' | 'chunk' | 'response' | 'life';
  /** Pairs a response with its request; the two directions count apart. */
  readonly id: number;
  readonly method: string;
  readonly code?: number;
  /** Bytes that crossed: those of the body, or of another form of it. */
  readonly size: number;
  readonly body: Uint8Array;
  readonly durationNs?: number;
  /** What carried it, where that is no native call: `grpc`, `line`, `cbor`, `frame`. */
  readonly wire?: string;
  /** What the body says, where that is no text and the contract tells. */
  readonly message?: unknown;
}

/** Starts a plugin; one per transport and engine. */
export interface Engine {
  readonly name: string;
  /** Program that runs the plugin's process where the machine itself does not: `qemu-aarch64`. */
  readonly under?: string;
  readonly transport: Transport;
  /** Resolves when the plugin is loaded and initialised; rejects with a `SessionFailure`. */
  start(options: SessionOptions): Promise<Session>;
}
