import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceEvent } from '../../src/model/profile.js';
import type { TraceRecord } from '../../src/model/session.js';
import { openPipeline, type PipelineOptions, pipelineOf } from '../../src/pipeline/cpex/pipeline.js';
import type {
  ContextTable,
  HookInvocation,
  PipelineConfig,
  PipelineHost,
  PipelineRequest,
  PipelineSettings,
  PluginAnswer,
  PluginEntry,
} from '../../src/pipeline/cpex/types.js';

/** Lines of a script: action and argument; a hook before them where it is for one alone. See `plugins/acts.c`. */
export type Line =
  | readonly [action: string, argument?: unknown]
  | readonly [action: string, argument: unknown, hook: string];

export const CONTEXT: ContextTable = { requestId: 'req-1', globalState: {}, localStates: {} };
export const PAYLOAD = { name: 'search', args: { query: 'plugins' } };
export const HOOK = 'tool_pre_invoke';

const SETTINGS: PipelineSettings = {
  routingEnabled: false,
  timeoutMs: 60_000,
  shortCircuitOnDeny: true,
  codec: 'json',
};

/** An entry as a configuration would have it, sequential and with everything else as usual. */
export function entry(name: string, more: Partial<PluginEntry> = {}): PluginEntry {
  return {
    name,
    kind: `./${name}.so`,
    artefact: `/nowhere/${name}.so`,
    hooks: [],
    mode: 'sequential',
    priority: 100,
    onError: 'fail',
    capabilities: new Set(),
    conditions: [],
    config: {},
    tags: [],
    ...more,
  };
}

/** A configuration that calls all of its plugins for every hook. */
export function configOf(plugins: readonly PluginEntry[], settings: Partial<PipelineSettings> = {}): PipelineConfig {
  return {
    file: '/nowhere/pipeline.yaml',
    plugins,
    settings: { ...SETTINGS, ...settings },
    select: () => ({ plugins, skipped: [] }),
    findings: [],
  };
}

/** What one plugin of a test answers, in place of a process. */
export type Respond = (request: HookInvocation, signal: AbortSignal) => PluginAnswer | Promise<PluginAnswer>;

/** A result of `hook.invoke` as an answer. */
export function result(value: unknown): PluginAnswer {
  return { kind: 'result', result: value, findings: [], durationNs: 1 };
}

/** An answer that is none. */
export function failure(kind: 'error' | 'timeout' | 'panic', message = `it ends with ${kind}`): PluginAnswer {
  return { kind, message, code: kind === 'error' ? 'own_code' : kind, durationNs: 1 };
}

/** A pipeline whose plugins are functions. */
export function scripted(
  plugins: readonly (readonly [PluginEntry, Respond])[],
  settings: Partial<PipelineSettings> = {},
  signal = new AbortController().signal,
): PipelineHost {
  const config = configOf(
    plugins.map(([one]) => one),
    settings,
  );
  const members = plugins.map(([one, respond]) => ({
    entry: one,
    id: `id-of-${one.name}`,
    declaredHooks: new Set(['tool_pre_invoke', 'tool_post_invoke', 'elicit']),
    invoke: async (request: HookInvocation, options: { readonly signal: AbortSignal }) =>
      respond(request, options.signal),
    close: async () => undefined,
  }));
  return pipelineOf(config, members, signal);
}

/** What a hook is invoked with, unless a test says otherwise. */
export function request(more: Partial<PipelineRequest> = {}): PipelineRequest {
  return { payload: PAYLOAD, extensions: {}, context: CONTEXT, ...more };
}

/** One plugin in a real process. */
export interface Acting extends Partial<PluginEntry> {
  readonly does?: readonly Line[];
}

/** A folder with real plugins, and the pipelines that were opened there. */
export class CpexBench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-hooks-'));
  readonly events: (readonly [plugin: string, event: ServiceEvent])[] = [];
  readonly traced: (readonly [plugin: string, record: TraceRecord])[] = [];
  private library: string | undefined;
  private readonly hosts: PipelineHost[] = [];

  /** A path in the folder. */
  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** The entry of a plugin that does what its lines say. */
  plugin(name: string, { does = [], ...more }: Acting = {}): PluginEntry {
    const script = does.map(([action, argument = '', hook = '*']) => {
      const said = typeof argument === 'string' ? argument : JSON.stringify(argument);
      return [hook, action, said].join('\t');
    });
    const config = { ...more.config, script: Buffer.from(script.join('\n')).toString('base64') };
    return entry(name, { artefact: this.place(name), ...more, config });
  }

  /** Opens a pipeline; closed with the bench. */
  async open(
    plugins: readonly PluginEntry[],
    settings: Partial<PipelineSettings> = {},
    options: Partial<PipelineOptions> = {},
  ): Promise<PipelineHost> {
    const host = await openPipeline(configOf(plugins, settings), {
      cwd: this.folder,
      signal: new AbortController().signal,
      allowNet: false,
      observe: (plugin, event) => this.events.push([plugin, event]),
      trace: (plugin, record) => this.traced.push([plugin, record]),
      ...options,
    });
    this.hosts.push(host);
    return host;
  }

  /** Whether the process lives whose id a plugin has written into a file. */
  lives(file: string): boolean {
    try {
      process.kill(Number(readFileSync(file, 'utf8')), 0);
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.hosts.splice(0).map((host) => host.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private place(name: string): string {
    const folder = this.at(name);
    const file = path.join(folder, 'plugin.so');
    if (existsSync(file)) return file;
    this.library ??= compile(this.folder);
    mkdirSync(folder, { recursive: true });
    copyFileSync(this.library, file);
    return file;
  }
}

function compile(folder: string): string {
  const library = path.join(folder, 'acts.so');
  const corpus = path.resolve(import.meta.dirname, '../../native/corpus/c');
  const source = path.join(import.meta.dirname, 'plugins', 'acts.c');
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-pthread', '-fvisibility=hidden'];
  execFileSync('cc', [...flags, '-I', corpus, '-o', library, source], { stdio: 'inherit' });
  return library;
}
