import { deadlinesFor } from '../../host-process/reference-host.js';
import { cliproxyRevision } from '../../hosts/cliproxy/revision.js';
import type { ServiceEvent } from '../../model/profile.js';
import type { TraceRecord } from '../../model/session.js';
import type { TargetName } from '../../model/target.js';
import { NO_SUMMARY } from '../../pipeline/cliproxy/host-config.js';
import { PluginHost } from '../../pipeline/cliproxy/plugin-host.js';
import type { StepLog } from '../../pipeline/cliproxy/steps.js';
import { nativeEngine } from '../../runtime/native/engine.js';
import { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import { gatherRoutes } from './gather-routes.js';
import { type RunningServer, type Served, startServer } from './http-server.js';
import { managementApp } from './management-app.js';
import type { RouteTable } from './route-table.js';
import type { KnownPlugin } from './served-plugin.js';
import type { ServedSources } from './sources.js';

/** The port of the real host. */
export const HOST_PORT = 8317;

/** What is served, where, and who hears of it. */
export interface ServeOptions extends ServedSources {
  readonly target: TargetName;
  /** The host's own, or any free one where that is taken, when undefined. */
  readonly port: number | undefined;
  readonly key: string;
  readonly allowNet: boolean;
  /** Milliseconds for one call. */
  readonly timeout?: number | undefined;
  /** Takes what the host's log would say. */
  readonly log: StepLog;
  readonly observe: (plugin: string, event: ServiceEvent) => void;
  readonly printed: (plugin: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly trace?: (record: TraceRecord) => void;
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
export async function serve(options: ServeOptions, signal: AbortSignal): Promise<Serving> {
  const folder = await temporaryFolder('serve');
  // Once they are loaded, Ctrl-C lets plugins shut down in order.
  const patience = new AbortController();
  const interrupt = () => patience.abort();
  signal.addEventListener('abort', interrupt);
  const host = await loadPlugins(options, folder.path, patience.signal).catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  signal.removeEventListener('abort', interrupt);
  const close = () => {
    const force = setTimeout(() => patience.abort(), CLOSE_MS);
    return host.close().finally(async () => {
      clearTimeout(force);
      await folder.remove();
    });
  };
  try {
    if (signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
    return await serveHost(host, options, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function loadPlugins(options: ServeOptions, cwd: string, signal: AbortSignal): Promise<PluginHost> {
  const { profile, target, candidates, config, script, log, allowNet, timeout, observe, printed, trace } = options;
  const deadlines = deadlinesFor(timeout);
  const authFolder = config?.summary.AuthDir ?? '';
  return PluginHost.start({
    profile,
    target,
    engine: nativeEngine(),
    cwd,
    deadlines,
    signal,
    allowNet,
    ...(authFolder === '' ? {} : { authFolder }),
    ...(script === undefined ? {} : { script }),
    observe,
    output: printed,
    ...(trace === undefined ? {} : { trace: (_plugin, record) => trace(record) }),
    candidates,
    config: config ?? { summary: NO_SUMMARY, apiKeys: [] },
    upstreams: [],
    log,
  });
}

async function serveHost(host: PluginHost, options: ServeOptions, close: () => Promise<void>): Promise<Serving> {
  const warn = (text: string) => options.log.warn('serve', text);
  const plugins = options.candidates.map(({ file, settings }): KnownPlugin => {
    const registered = host.members.find(({ id }) => id === file.id);
    const { enabled } = settings;
    return { id: file.id, path: file.path, enabled, ...(registered === undefined ? {} : { registered }) };
  });
  if (plugins.every(({ registered }) => registered === undefined)) throw nothingError(plugins);
  const table = await gatherRoutes(host.members, host.frame, warn);
  const { name, revision } = options.profile;
  const { rawManagementJsonFrom: rawJsonFrom = Number.POSITIVE_INFINITY } = cliproxyRevision(revision).behaviour;
  const app = managementApp({
    plugins,
    table,
    key: options.key,
    rawJsonFrom,
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
