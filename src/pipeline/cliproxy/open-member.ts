import { type OpenPlugin, openPlugin } from '../../host-process/reference-host.js';
import type { PluginFile } from '../../hosts/cliproxy/file-name.js';
import { fieldsOf } from '../../hosts/json-fields.js';
import type { Finding } from '../../model/finding.js';
import type { CallScope, Envelope, HostProfile, HostServicesHandle, ServiceEvent } from '../../model/profile.js';
import type { ServiceScript } from '../../model/script.js';
import type { Deadlines, Ending, Engine, TraceRecord } from '../../model/session.js';
import type { TargetName } from '../../model/target.js';
import { describeEnding, SessionFailure } from '../../runtime/failure.js';
import { ActiveCalls } from './active-calls.js';
import { eager } from './eager.js';
import type { PluginSettings } from './host-config.js';
import type { CallOutcome, Frame, Member, ModelRunner } from './member.js';
import { ModelCallbacks } from './model-callbacks.js';
import { numberOf, textOf } from './values.js';
import { Waiting } from './waiting.js';

/** What all plugins of one host have in common. */
export interface HostRunOptions {
  readonly profile: HostProfile;
  readonly target: TargetName;
  readonly engine: Engine;
  /** Working folder of the children. */
  readonly cwd: string;
  readonly deadlines: Deadlines;
  readonly signal: AbortSignal;
  readonly allowNet: boolean;
  /** What the host's services answer. */
  readonly script?: ServiceScript;
  /** Folder of credential files; a temporary one when absent. */
  readonly authFolder?: string;
  readonly observe: (plugin: string, event: ServiceEvent) => void;
  readonly trace?: (plugin: string, record: TraceRecord) => void;
  readonly output?: (plugin: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
}

/** A library that is loaded, registered or not. */
export class OpenMember implements Member {
  readonly id: string;
  readonly path: string;
  readonly priority: number;
  metadata: unknown = {};
  capabilities: Readonly<Record<string, unknown>> = {};
  schemaVersion = 1;
  gone: Ending | undefined;
  /** Rules of the host that the plugin broke beside its answers. */
  readonly faults: Finding[] = [];

  private plugin: OpenPlugin | undefined;
  private handle: HostServicesHandle | undefined;
  private readonly waiting = new Waiting();
  private readonly active = new ActiveCalls();
  private readonly callbacks: ModelCallbacks;
  private closing = false;
  /** The host has sent `plugin.register`: from then on it sends `plugin.reconfigure`. */
  private announced = false;

  constructor(
    file: PluginFile,
    private readonly settings: PluginSettings,
    private readonly options: HostRunOptions,
    private readonly base: Frame,
    run: ModelRunner,
  ) {
    this.id = file.id;
    this.path = file.path;
    this.priority = settings.priority;
    const frameOf = (id: string) => this.active.frameOf(id, base);
    this.callbacks = new ModelCallbacks(options.profile.contract, { id: file.id, frameOf }, run);
  }

  /** Starts the child and loads the library. Rejects with a SessionFailure. */
  async open(): Promise<void> {
    const { profile, observe, trace, output, authFolder, script, ...rest } = this.options;
    this.plugin = await openPlugin({
      ...rest,
      artefact: this.path,
      profile: { ...profile, services: (asked) => this.services(profile.services(asked)) },
      services: {
        pluginId: this.id,
        allowNet: rest.allowNet,
        ...(authFolder === undefined ? {} : { authFolder }),
        ...(script === undefined ? {} : { script }),
        observe: (event) => this.observed(event, observe),
      },
      ...(trace === undefined ? {} : { trace: (record) => trace(this.id, record) }),
      ...(output === undefined ? {} : { output: (stream, bytes) => output(this.id, stream, bytes) }),
    });
    void this.plugin.session.ended.then((ending) => this.ended(ending));
  }

  /**
   * Makes the registration call; the first one registers, later ones reconfigure.
   * @returns the host's error text where the plugin is not to be used
   */
  async register(): Promise<string | undefined> {
    const { protocol } = this.options.profile;
    const again = this.announced;
    this.announced = true;
    const { method, body } = protocol.registration({ config: this.settings.subtree, again });
    const envelope = await this.exchange(method, body);
    if ('ending' in envelope) return describeEnding(envelope.ending);
    if (envelope.ok !== true) return messageOf(envelope);
    const { registration, findings } = protocol.readRegistration(envelope.result);
    if (registration === undefined) return refusal(findings);
    const raw = fieldsOf(registration.raw);
    this.metadata = raw.metadata ?? {};
    this.capabilities = registration.capabilities;
    this.schemaVersion = Math.max(1, numberOf(raw.schema_version));
    this.tell(method, [...envelope.findings, ...findings], this.base);
    return undefined;
  }

  async call(method: string, request: unknown, frame: Frame): Promise<CallOutcome> {
    const scope = this.handle?.beginCall?.(method, this.fitting(request, method));
    const sent = scope === undefined ? this.fitting(request, method) : scope.request;
    const callbackId = textOf(fieldsOf(sent).host_callback_id);
    const forget = this.active.begin(callbackId, frame);
    const finish = () => {
      scope?.end();
      forget();
      this.callbacks.callEnded(callbackId);
    };
    let streaming = false;
    try {
      const envelope = await this.exchange(method, this.options.profile.protocol.encodeRequest(sent, method));
      if ('ending' in envelope) return { ok: false, message: describeEnding(envelope.ending) };
      this.tell(method, envelope.findings, frame);
      const stream = this.stream(scope, envelope, finish);
      streaming = stream !== undefined;
      if (envelope.ok === true)
        return { ok: true, result: envelope.result, ...(stream === undefined ? {} : { stream }) };
      const status = numberOf(fieldsOf(envelope.error?.details).http_status);
      return { ok: false, message: messageOf(envelope), ...(status > 0 ? { status } : {}) };
    } finally {
      if (!streaming) finish();
    }
  }

  /** Shuts the plugin down; undefined for one that was never loaded. */
  async close(): Promise<Ending | undefined> {
    this.closing = true;
    return this.plugin?.close();
  }

  /** The pieces of a stream; the call ends with them. */
  private stream(scope: CallScope | undefined, envelope: Envelope, finish: () => void) {
    const pieces = scope?.returned(envelope);
    if (pieces === undefined || envelope.ok !== true) return undefined;
    const over = (this.plugin?.session.ended ?? Promise.reject()).then(describeEnding);
    return eager(ending(pieces, finish), over, finish);
  }

  private services(inner: HostServicesHandle): HostServicesHandle {
    const { beginCall } = inner;
    this.handle = inner;
    return {
      close: () => inner.close(),
      ...(beginCall === undefined ? {} : { beginCall: (method, request) => beginCall.call(inner, method, request) }),
      answer: async (method, request, context) => {
        const turn = this.waiting.enter(context);
        try {
          const reply = await (this.callbacks.answer(method, request) ?? inner.answer(method, request, context));
          await turn.settled();
          return reply;
        } finally {
          turn.leave();
        }
      },
    };
  }

  /** One call there and back; how the process ended where it did. */
  private async exchange(method: string, body: Uint8Array): Promise<Envelope | { readonly ending: Ending }> {
    if (this.gone !== undefined) return { ending: this.gone };
    const { session } = this.plugin ?? {};
    if (session === undefined) return { ending: { kind: 'cancelled' } };
    try {
      const end = await (this.waiting.call(method, body) ?? session.call(method, body).end);
      return this.options.profile.protocol.readEnvelope(end.code, end.body, method);
    } catch (error) {
      if (!(error instanceof SessionFailure)) throw error;
      this.ended(error.ending);
      return { ending: error.ending };
    }
  }

  private ended(ending: Ending): void {
    if (this.closing || this.gone !== undefined) return;
    this.gone = ending;
    const host =
      ending.kind === 'hang'
        ? 'CLIProxyAPI would wait for ever: it sets plugins no deadline.'
        : 'CLIProxyAPI would have died here, for it loads plugins into its own process.';
    const text = `${describeEnding(ending)} ${host}`;
    this.base.log.add({ depth: 0, stage: 'process', plugin: this.id, outcome: 'failed', text });
  }

  /** Without members that this revision of the host does not send. */
  private fitting(request: unknown, method: string): unknown {
    const { contract } = this.options.profile;
    const schema = contract.methods.get(method)?.request ?? {};
    const name = textOf(schema.$ref).split('/').at(-1) ?? '';
    const known = fieldsOf((contract.types.get(name) ?? schema).properties);
    return Object.fromEntries(Object.entries(fieldsOf(request)).filter(([member]) => Object.hasOwn(known, member)));
  }

  private observed(event: ServiceEvent, observe: HostRunOptions['observe']): void {
    if (event.kind === 'finding' && event.finding.severity !== 'info') {
      const { id, severity, message, remedy } = event.finding;
      if (severity === 'fail') this.faults.push(event.finding);
      const text = remedy === undefined ? message : `${message} ${remedy}`;
      this.base.log.warn(id, text, this.id, this.active.frameOf('', this.base).depth);
    }
    observe(this.id, event);
  }

  private tell(method: string, findings: readonly Finding[], frame: Frame): void {
    for (const { severity, message } of findings) {
      if (severity !== 'info') frame.log.warn(method, message, this.id, frame.depth);
    }
  }
}

function messageOf(envelope: Envelope): string {
  return envelope.error?.message ?? envelope.findings[0]?.message ?? 'plugin call failed';
}

/** The host's own words stand behind a colon in the finding that says why it refuses. */
function refusal(findings: readonly Finding[]): string {
  const first = findings.find((finding) => finding.severity === 'fail');
  return first?.message.replace(/^The host does not use this plugin: /, '') ?? 'returned no registration';
}

async function* ending(pieces: AsyncIterable<Uint8Array>, finish: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } finally {
    finish();
  }
}
