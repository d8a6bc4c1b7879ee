import { DEFAULT_DEADLINES } from '../../host-process/reference-host.js';
import type { RunContext } from '../../model/context.js';
import type { HostProfile, ServiceEvent } from '../../model/profile.js';
import type { TargetName } from '../../model/target.js';
import { NO_SUMMARY } from '../../pipeline/cliproxy/host-config.js';
import type { Candidate } from '../../pipeline/cliproxy/load-plugins.js';
import { PluginHost } from '../../pipeline/cliproxy/plugin-host.js';
import { type Step, StepLog } from '../../pipeline/cliproxy/steps.js';
import { nativeEngine } from '../../runtime/native/engine.js';
import { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import { gatherRoutes } from './gather-routes.js';
import { type RunningServer, type Served, startServer } from './http-server.js';
import { managementApp } from './management-app.js';
import type { RouteTable } from './route-table.js';
import type { KnownPlugin } from './served-plugin.js';

/** The port of the real host. */
export const HOST_PORT = 8317;

export interface ServeOptions {
  readonly profile: HostProfile;
  readonly target: TargetName;
  readonly plugins: readonly Candidate[];
  /** The host's own, or any free one where that is taken, when undefined. */
  readonly port: number | undefined;
  readonly key: string;
  readonly allowNet: boolean;
  /** Milliseconds for one call. */
  readonly timeout?: number | undefined;
  readonly observe: (plugin: string, event: ServiceEvent) => void;
  readonly printed: (plugin: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly served: (one: Served) => void;
  readonly failed: (error: unknown) => void;
}

/** Time that plugins have to shut down before they are killed, in milliseconds. */
const CLOSE_MS = 2_500;

/** Plugins that are served. */
export interface Serving {
  readonly origin: string;
  readonly plugins: readonly KnownPlugin[];
  readonly table: RouteTable;
  /** Takes no more requests, shuts the plugins down and leaves nothing open. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Loads plugins as the host does and serves their routes and pages on the loopback interface.
 * @throws CPEX_E_SERVE_PORT, CPEX_E_SERVE_NOTHING
 */
export async function serve(options: ServeOptions, context: RunContext): Promise<Serving> {
  const folder = await temporaryFolder('serve');
  // Once they are loaded, Ctrl-C lets plugins shut down in order.
  const patience = new AbortController();
  const interrupt = () => patience.abort();
  context.signal.addEventListener('abort', interrupt);
  const host = await loadPlugins(options, context, folder.path, patience.signal).catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  context.signal.removeEventListener('abort', interrupt);
  const close = () => {
    const force = setTimeout(() => patience.abort(), CLOSE_MS);
    return host.close().finally(async () => {
      clearTimeout(force);
      await folder.remove();
    });
  };
  try {
    return await serveHost(host, options, context, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function loadPlugins(
  options: ServeOptions,
  context: RunContext,
  cwd: string,
  signal: AbortSignal,
): Promise<PluginHost> {
  const { profile, target, plugins, allowNet, timeout, observe, printed } = options;
  const deadlines =
    timeout === undefined
      ? DEFAULT_DEADLINES
      : { start: timeout, call: timeout, stop: Math.min(timeout, DEFAULT_DEADLINES.stop) };
  return PluginHost.start({
    profile,
    target,
    engine: nativeEngine(),
    cwd,
    deadlines,
    signal,
    allowNet,
    observe,
    output: printed,
    candidates: plugins,
    config: { summary: NO_SUMMARY, apiKeys: [] },
    upstreams: [],
    log: new StepLog((step) => tell(step, context)),
  });
}

/** What the host's log would say, and what became of a process. */
function tell({ outcome, stage, plugin, text = '' }: Step, { emit }: RunContext): void {
  const left = outcome === 'skipped' && stage === 'load';
  if (!left && outcome !== 'warning' && outcome !== 'failed') return;
  const named = plugin === undefined || text.includes(plugin) ? text : `${plugin}: ${text}`;
  emit({ type: 'note', level: 'warn', text: named });
}

async function serveHost(
  host: PluginHost,
  options: ServeOptions,
  context: RunContext,
  close: () => Promise<void>,
): Promise<Serving> {
  const warn = (text: string) => context.emit({ type: 'note', level: 'warn', text });
  const plugins = options.plugins.map(({ file }): KnownPlugin => {
    const registered = host.members.find(({ id }) => id === file.id);
    return { id: file.id, path: file.path, ...(registered === undefined ? {} : { registered }) };
  });
  if (plugins.every(({ registered }) => registered === undefined)) throw nothingError(plugins);
  const table = await gatherRoutes(host.members, host.frame, warn);
  const { name, revision } = options.profile;
  const app = managementApp({
    plugins,
    table,
    key: options.key,
    host: revision === undefined ? name : `${name}@${revision}`,
    ...(revision === undefined || !/^v\d/.test(revision) ? {} : { version: revision }),
    frame: host.frame,
    warn,
  });
  const server = await startOn(options, app, warn);
  let stopping: Promise<void> | undefined;
  return {
    origin: server.origin,
    plugins,
    table,
    stop: () => {
      stopping ??= server.stop().finally(close);
      return stopping;
    },
  };
}

async function startOn(
  { port, served, failed }: ServeOptions,
  answer: ReturnType<typeof managementApp>,
  warn: (text: string) => void,
): Promise<RunningServer> {
  const rest = { answer, served, failed };
  if (port !== undefined) return startServer({ port, ...rest });
  try {
    return await startServer({ port: HOST_PORT, ...rest });
  } catch (error) {
    if (!(error instanceof CpexError && error.code === 'CPEX_E_SERVE_PORT')) throw error;
    warn(`${error.message} Another port is taken instead.`);
    return startServer({ port: 0, ...rest });
  }
}

function nothingError(plugins: readonly KnownPlugin[]): CpexError {
  return new CpexError('CPEX_E_SERVE_NOTHING', 'No plugin is registered, so there is nothing to serve.', {
    evidence: plugins.map(({ id, path }) => `${id}: ${path}`),
    remedy: 'The warnings above say why; cpex test shows each broken rule.',
  });
}
