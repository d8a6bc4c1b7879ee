import type { Contract } from './contract.js';
import type { Finding } from './finding.js';
import type { ProcessRules, ProcessSettings, StdioRules } from './process.js';
import type { RunInput, RunRequest } from './run-request.js';
import type { ScriptedHttp, ServiceScript } from './script.js';
import type { CallContext, HostServices, NativeRules, Session, TraceRecord, Transport } from './session.js';
import type { Language, Target } from './target.js';

/** The kind of host a plugin is for, as a value: contract, services, file layout, samples. */
export interface HostProfile {
  readonly name: string;
  readonly revision?: string;
  readonly summary: string;
  readonly transport: Transport;
  /** How libraries are loaded; native transport only. */
  readonly native?: NativeRules;
  /** How plugins are started and spoken with; transports of processes only. */
  readonly process?: ProcessRules;
  /** What is different when the same plugin is built as a process; for hosts of libraries that take both. */
  readonly asProcess?: { readonly process: StdioRules } & Pick<HostProfile, 'layout' | 'release'>;
  readonly contract: Contract;
  readonly languages: readonly Language[];
  /** Why there are no plugins in a language, and the way round; for languages that are not in the list. */
  readonly noLanguage?: Readonly<Partial<Record<Language, string>>>;
  readonly layout: FileLayout;
  /** How plugins for this host are handed on. */
  readonly release: ReleaseRules;
  /** Envelope rules and life cycle calls that differ between hosts. */
  readonly protocol: HostProtocol;
  services(options: ServiceOptions): HostServicesHandle;
  /** The profile with what a project says about its application. Absent where a host is the same for all. Throws a CpexError. */
  forProject?(source: ProfileSource): Promise<HostProfile>;
  /** The profile with what a running plugin tells of its services. Absent where nothing is left to learn. */
  learn?(session: Session): Promise<HostProfile>;
  /** The host's own reading of a hook's result; absent where a profile has no hooks. */
  evaluate?(request: unknown, result: unknown): HookEvaluation;
  /** What a result of steps and events breaks beyond its envelope; absent where a profile has none of these. */
  resultFindings?(method: string, request: unknown, result: unknown): readonly Finding[];
}

/** What is known about a plugin's application before the plugin runs. */
export interface ProfileSource {
  /** Absolute folder that file names are relative to. */
  readonly root: string;
  readonly settings: ProcessSettings;
  /** What cpex.yaml says that the plugin can do; absent where there is no project. */
  readonly capabilities?: readonly string[];
}

/** What the host makes of a hook's result. */
export interface HookEvaluation {
  readonly verdict: 'allow' | 'deny';
  /** Found by comparison, never taken from the plugin. */
  readonly payloadModified: boolean;
  readonly findings: readonly Finding[];
}

/** Where a host looks for plugins and what it calls them. */
export interface FileLayout {
  /** Folder used when neither flag nor environment names one. */
  defaultFolder(env: Readonly<Record<string, string | undefined>>): string;
  /** Path of an installed artefact below the plugins folder. */
  artefactPath(id: string, version: string, target: Target): string;
  /** Whether the host would misread this id. */
  idProblem(id: string): string | undefined;
  /** Whether the host would misread this version in a file name; absent where names hold none. */
  versionProblem?(version: string): string | undefined;
}

/** How plugins of a host are packed and named, and who they are. */
export interface ReleaseRules {
  /** The archives that hold a target's library; a text says why there can be none. */
  archives(id: string, version: string, target: Target): readonly ReleaseArchive[] | string;
  /** Whether `build.json` lies beside the library in an archive. */
  readonly withRecord: boolean;
  /** Whether registries list the releases of plugins for this host. */
  readonly registries: boolean;
  /** What makes a plugin's id: what it says when it registers, or the name of its file. */
  readonly identity: 'registration' | 'file';
  /**
   * The host uses plugins whose registration breaks rules that it does not look at: an install warns of
   * those and goes on. A release does not.
   */
  readonly tolerant: boolean;
}

/** One archive of a release. */
export interface ReleaseArchive {
  readonly name: string;
  /** Go's words for the platform, where a registry needs them. */
  readonly goos?: string;
  readonly goarch?: string;
}

/** How calls are framed for a host, beyond the transport itself. */
export interface HostProtocol {
  /** Method and body of the registration call. */
  registration(options: RegistrationOptions): { readonly method: string; readonly body: Uint8Array };
  /** Reads the result of a registration that offered these codecs; findings where it breaks the contract. */
  readRegistration(
    result: unknown,
    offered?: readonly string[],
  ): { readonly registration?: Registration; readonly findings: readonly Finding[] };
  /** Reads what a call of a method returned. Never throws: what breaks the rules is a finding. */
  readEnvelope(code: number, body: Uint8Array, method: string, request?: unknown): Envelope;
  /**
   * Writes a request exactly as the host would; the method decides about the order and form of fields.
   * @param written parts of earlier requests, for calls that have large ones in common
   */
  encodeRequest(request: unknown, method: string, written?: WrittenParts): Uint8Array;
  /** Valid calls for everything that the plugin declared, one for each hook and command. */
  sampleCalls(registration: Registration): readonly SampleCall[];
  /**
   * The same rules with bodies in another codec, e.g. `msgpack`; undefined for one that this host does not speak.
   * Absent where all bodies are JSON. Registration is JSON in any case.
   */
  inCodec?(codec: string): HostProtocol | undefined;
  /**
   * Which sides of a method are streams; absent where a host has none of its transport's own. A request that is one is a
   * list, and `encodeRequest` writes each of its messages.
   */
  streamsOf?(method: string): { readonly requests: boolean; readonly answers: boolean };
  /**
   * The request with what only the session can give, such as the number of a further connection.
   * @param ask makes a call that the transport answers itself, and reads its answer
   */
  completeRequest?(request: unknown, ask: (method: string) => Promise<unknown>): Promise<unknown>;
  /** Reads one message of a streamed answer, for people and for cases. Throws an Error for bytes that are no such message. */
  readChunk?(body: Uint8Array, method: string): unknown;
  /** The name of a method as the transport takes it, where people may write a shorter one. Throws a CpexError for none. */
  resolveMethod?(name: string): string;
  /** What a case expects of a method's answer, spelt as answers are; absent where there is one spelling. */
  readExpected?(value: unknown, method: string): unknown;
  /**
   * Reads the body of any message that crossed, for people; undefined for one that is text, or that the contract does not
   * tell about. Absent where all bodies say themselves what they hold. Never throws.
   */
  readTraced?(record: Pick<TraceRecord, 'direction' | 'kind' | 'method' | 'code' | 'body'>): unknown;
  /** Reads the words of `cpex run`: the host's short forms, else a method as it stands. */
  readWords(words: readonly string[], input: RunInput, registration: Registration): RunRequest;
}

/** The payload of one hook that was written last in each codec, by the codec's name; valid while nobody changes it. */
export type WrittenParts = Map<string, { readonly value: unknown; readonly bytes: Uint8Array }>;

/** A response, read: either a result or an error, and what is wrong with its form. */
export interface Envelope {
  /** Undefined when the body is no envelope at all. */
  readonly ok: boolean | undefined;
  /** Integers beyond 2^53 are bigints. */
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly details?: unknown };
  /** Broken rules of encoding and shape, with ids such as `env.utf8`. */
  readonly findings: readonly Finding[];
}

/** A valid call and the capability that it belongs to. */
export interface SampleCall {
  readonly method: string;
  readonly request: unknown;
  readonly capability: string;
}

/** What a registration call tells the plugin. */
export interface RegistrationOptions {
  /** A registration after the first one: with a new configuration, or after one that failed. */
  readonly again?: boolean;
  /** Plugin configuration, as parsed from YAML or JSON. */
  readonly config: unknown;
  /** Codecs to offer for later bodies, the preferred one first; JSON alone when absent. */
  readonly codecs?: readonly string[];
  /** Schema version to announce; the contract's own when absent. */
  readonly schemaVersion?: number;
}

/** What a plugin said about itself, in terms common to all profiles. */
export interface Registration {
  readonly id: string;
  readonly version: string;
  readonly author: string;
  /** Capability name → its declaration, as the plugin wrote it. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Codec of all later bodies, as the plugin chose it; JSON when absent. */
  readonly codec?: string;
  readonly raw: unknown;
}

/** How the host's services are to behave in one session. */
export interface ServiceOptions {
  readonly pluginId: string;
  /** Folder for state that outlives the session; absent keeps everything in memory. */
  readonly stateFolder?: string;
  /** Root for `host.config.read`. */
  readonly configFolder?: string;
  /** Archives that the plugin may read, by id: absolute path of a file, or of a folder, which is packed. */
  readonly archives?: Readonly<Record<string, string>>;
  /** Whether the plugin is to be told that its call was cancelled although it may still go on. */
  readonly cancelled?: () => boolean;
  /** Folder of credential files, where a host keeps such; a temporary one when absent. */
  readonly authFolder?: string;
  readonly allowNet: boolean;
  /** Scripted answers, from a case file. */
  readonly script?: ServiceScript;
  /** Milliseconds without a piece after which a stream counts as never ended; 30 seconds when absent. */
  readonly streamIdleMs?: number;
  /** Runs models for the plugin, in place of the script. Throws an Error with the host's message. */
  readonly runModel?: (request: ModelRequest, context: CallContext) => Promise<ModelAnswer>;
  /** Receives logs, events and output as they come. */
  readonly observe?: (event: ServiceEvent) => void;
  /** Resolves when the plugin may go on after it has logged output of a step; at once when absent. */
  readonly logRoom?: () => Promise<void>;
}

/** A model that a plugin has its host run. */
export interface ModelRequest {
  readonly entryProtocol: string;
  readonly exitProtocol: string;
  readonly model: string;
  readonly stream: boolean;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly alt: string;
  /** The plugin that asks: its own interceptors and router stay out of it. */
  readonly pluginId: string;
  /** The method during which it asks; undefined outside of calls. */
  readonly during?: string;
}

/** What came of it: a body, or the pieces of a stream. */
export interface ModelAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body?: Uint8Array;
  readonly pieces?: AsyncIterable<Uint8Array>;
}

/** Something a plugin did through a service, for the user or for expectations. */
export type ServiceEvent =
  | { readonly kind: 'log'; readonly level: string; readonly message: string; readonly fields?: unknown }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  /** Output of the step that runs. */
  | { readonly kind: 'step_log'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  | { readonly kind: 'event'; readonly name: string; readonly data: unknown }
  | { readonly kind: 'call'; readonly method: string; readonly request: unknown; readonly ok: boolean }
  /** An answer that came from the network, as a script would give it. */
  | { readonly kind: 'http'; readonly answer: ScriptedHttp }
  /** What the host noticed about how the plugin uses it. */
  | { readonly kind: 'finding'; readonly finding: Finding };

/** Services together with the means to end them. */
export interface HostServicesHandle extends HostServices {
  /** Ends what is still running and drops scopes that do not persist. */
  close(): Promise<void>;
  /** Prepares a call of a method as this host makes it. Absent where calls need nothing but their request. */
  beginCall?(method: string, request: unknown): CallScope;
  /**
   * Begins a build or a step, whose stored values last until the function that is returned is called. Absent where a
   * host has no such thing.
   */
  begin?(scope: BuildScope): () => void;
}

/** What stored values of a plugin may be tied to beside the plugin itself. */
export type BuildScope = 'build' | 'step';

/** What a host keeps for one call: ids that live as long as it does, and the stream that it may open. */
export interface CallScope {
  /** The request with what this host adds, e.g. `host_callback_id` and `stream_id`. */
  readonly request: unknown;
  /** The plugin may stream: its return has to be seen although a request of it waits for an answer. */
  readonly streams?: boolean;
  /**
   * To be called once when the plugin's function has returned. The pieces that the plugin streams, as the
   * host reads them from then on; at the end of the iteration the ids are dead. Throws a `StreamFailure`
   * when the stream ends with an error. Undefined where this method has no stream.
   */
  returned(envelope: Envelope): AsyncIterable<Uint8Array> | undefined;
  /** The ids are dead; idempotent. For calls that failed, and after `returned`. */
  end(): void;
}
