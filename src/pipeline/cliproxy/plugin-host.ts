import { setMaxListeners } from 'node:events';
import { formatName } from '../../hosts/cliproxy/formats.js';
import { type CliproxyBehaviour, cliproxyRevision } from '../../hosts/cliproxy/revision.js';
import type { Ending } from '../../model/session.js';
import { type AuthContext, readAuthFolder } from './auth-folder.js';
import type { Credential } from './credentials.js';
import { scopeOf } from './executor.js';
import type { HostConfig, HostSummary } from './host-config.js';
import { type Candidate, LoadedPlugins } from './load-plugins.js';
import type { Frame, Member, ModelAnswer, ModelCall } from './member.js';
import { collectOffers, type Offers } from './offers.js';
import type { HostRunOptions } from './open-member.js';
import type { HostView, PassRequest } from './pass.js';
import { type PassAnswer, runPass } from './run-pass.js';
import type { StepLog } from './steps.js';
import type { Upstream } from './upstream.js';

/** What a host is started with: its plugins, its configuration and the providers of its own. */
export interface PluginHostOptions extends HostRunOptions {
  readonly candidates: readonly Candidate[];
  readonly config: Pick<HostConfig, 'summary' | 'apiKeys'>;
  readonly upstreams: readonly Upstream[];
  readonly log: StepLog;
}

const NOTHING: Offers = {
  claims: { executors: new Map(), models: [], warnings: [] },
  providers: new Map(),
  thinking: new Map(),
  frontends: [],
};

/** The part of CLIProxyAPI that handles several plugins, with the plugins that it has loaded. */
export class PluginHost implements HostView {
  offers: Offers = NOTHING;
  credentials: readonly Credential[] = [];
  readonly summary: HostSummary;
  readonly apiKeys: readonly string[];
  readonly upstreams: readonly Upstream[];
  readonly behaviour: CliproxyBehaviour;
  readonly signal: AbortSignal;
  readonly frame: Frame;
  private readonly plugins: LoadedPlugins;
  private readonly said = new Set<string>();
  private readonly work = new Set<Promise<void>>();
  private requests = 0;

  private constructor(options: PluginHostOptions) {
    this.summary = options.config.summary;
    this.apiKeys = options.config.apiKeys;
    this.upstreams = options.upstreams;
    this.behaviour = cliproxyRevision(options.profile.revision).behaviour;
    // Every plugin listens to it, and Node warns of more than ten.
    this.signal = AbortSignal.any([options.signal]);
    setMaxListeners(0, this.signal);
    this.frame = { log: options.log, depth: 0 };
    this.plugins = new LoadedPlugins({ ...options, signal: this.signal }, this.frame, (call) => this.model(call));
  }

  /** Loads and registers the plugins and asks them what they offer. */
  static async start(options: PluginHostOptions): Promise<PluginHost> {
    const host = new PluginHost(options);
    try {
      await host.plugins.load(options.candidates);
      await host.gather();
    } catch (error) {
      await host.close();
      throw error;
    }
    return host;
  }

  get members(): readonly Member[] {
    return this.plugins.members;
  }

  /** How the first plugin ended that could not be loaded or has died since; undefined while all live. */
  get death(): Ending | undefined {
    return this.plugins.death;
  }

  /** Applies the configuration again, as the host does when its file changes. */
  async reconfigure(): Promise<void> {
    await this.plugins.reconfigure();
    await this.gather();
  }

  /** Sends the request of a client through all plugins. */
  run(request: PassRequest): Promise<PassAnswer> {
    return runPass(this, request, this.frame, undefined);
  }

  /** What work with credentials needs. */
  get auth(): AuthContext {
    return { members: this.members, summary: this.summary, frame: this.frame, providers: this.offers.providers };
  }

  /** Waits for the work that nobody waits for, and shuts all plugins down. */
  async close(): Promise<void> {
    await this.settled();
    await this.plugins.close();
  }

  /** Waits for the work that nobody waits for. */
  async settled(): Promise<void> {
    while (this.work.size > 0) await Promise.allSettled([...this.work]);
  }

  availableProviders(): readonly string[] {
    const found = new Set(this.upstreams.map((one) => one.provider));
    for (const one of this.credentials) if (!one.disabled) found.add(one.provider);
    for (const { provider, plugin } of this.offers.claims.models) {
      const member = this.members.find((one) => one.id === plugin);
      const executes = this.offers.claims.executors.get(provider) === plugin;
      if (member !== undefined && executes && scopeOf(member) !== 'oauth') found.add(provider);
    }
    return [...found].sort();
  }

  nextRequest(): number {
    this.requests++;
    return this.requests;
  }

  once(key: string, action: () => void): void {
    if (this.said.has(key)) return;
    this.said.add(key);
    action();
  }

  later(work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        this.frame.log.add({ depth: 0, stage: 'later', outcome: 'failed', text });
      })
      .finally(() => this.work.delete(done));
    this.work.add(done);
  }

  private async gather(): Promise<void> {
    const native = new Set(this.upstreams.map((one) => one.provider));
    this.offers = await collectOffers(this.members, this.summary, native, this.frame);
    this.credentials = await readAuthFolder(this.auth);
  }

  /** A model call of a plugin: the same way as a client's request, without the plugin's own interceptors and router. */
  private async model(call: ModelCall): Promise<ModelAnswer> {
    const { frame, caller, model } = call;
    const text = `${caller} asks for model ${model}${call.stream ? ' as a stream' : ''}`;
    frame.log.add({ depth: frame.depth, stage: 'host.model', plugin: caller, outcome: 'done', text });
    const entry = formatName(call.entry) || 'openai';
    const request: PassRequest = {
      format: entry,
      exit: formatName(call.exit) || entry,
      model,
      stream: call.stream,
      count: false,
      headers: call.headers,
      query: call.query,
      body: call.body,
      alt: call.alt,
      metadata: {},
      method: 'POST',
      path: '',
    };
    const answer = await runPass(this, request, frame, caller);
    return answer.ok ? answer : { ok: false, status: answer.status, message: answer.message };
  }
}
