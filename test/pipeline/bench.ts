import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProfile } from '../../src/hosts/registry.js';
import { NO_SUMMARY, settings } from '../../src/pipeline/cliproxy/host-config.js';
import type { PassRequest } from '../../src/pipeline/cliproxy/pass.js';
import { PluginHost } from '../../src/pipeline/cliproxy/plugin-host.js';
import type { PassAnswer } from '../../src/pipeline/cliproxy/run-pass.js';
import { type Step, StepLog } from '../../src/pipeline/cliproxy/steps.js';
import type { Upstream } from '../../src/pipeline/cliproxy/upstream.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { nativeEngine } from '../../src/runtime/native/engine.js';

/** Lines of a script: method, action, argument. See `plugins/scripted.c`. */
export type Line = readonly [method: string, action: string, argument?: unknown];

/** One plugin of a test: what it registers, and what it does. */
export interface Scripted {
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly lines?: readonly Line[];
  readonly priority?: number;
  readonly schema?: number;
  /** Instead of a good registration. */
  readonly registration?: readonly Line[];
  readonly enabled?: boolean;
}

const SOURCE = path.join(import.meta.dirname, 'plugins', 'scripted.c');

/** What a good plugin says of itself. */
export function registration(id: string, capabilities: object, schema = 3): object {
  const metadata = { Name: id, Version: '1.0.0', Author: 'Tests', GitHubRepository: 'https://example.test/o/r' };
  return { schema_version: schema, metadata, capabilities };
}

/** The text of a script, as the configuration of a plugin holds it. */
export function scriptOf(lines: readonly Line[]): string {
  const text = lines.map(([method, action, argument]) => {
    const said = argument === undefined ? '' : typeof argument === 'string' ? argument : JSON.stringify(argument);
    return [method, action, said].join('\t');
  });
  return Buffer.from(text.join('\n')).toString('base64');
}

/** The subtree of a plugin in the host's configuration. */
export function subtree(id: string, plugin: Scripted): Record<string, unknown> {
  const first = plugin.registration ?? [
    ['plugin.register', 'result', registration(id, plugin.capabilities, plugin.schema)],
  ];
  return {
    enabled: plugin.enabled ?? true,
    priority: plugin.priority ?? 0,
    script: scriptOf([...first, ...(plugin.lines ?? [])]),
  };
}

/** A folder with plugins, and the hosts that were started in it. */
export class Bench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-pipeline-'));
  private library: string | undefined;
  private readonly hosts: PluginHost[] = [];

  /** Puts the scripted plugin there under an id, and returns the path. */
  place(id: string, folder = this.folder): string {
    this.library ??= compile(this.folder);
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${id}.so`);
    copyFileSync(this.library, file);
    return file;
  }

  /** A folder of credential files. */
  auths(files: Readonly<Record<string, unknown>>): string {
    const folder = mkdtempSync(path.join(this.folder, 'auths-'));
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return folder;
  }

  /** Starts a host with these plugins. */
  async start(plugins: Readonly<Record<string, Scripted>>, more: Partial<HostParts> = {}): Promise<RunningHost> {
    const log = new StepLog();
    const logs: string[] = [];
    const host = await PluginHost.start({
      profile: findProfile(more.host ?? 'cliproxy'),
      target: hostTarget().name,
      engine: nativeEngine(),
      cwd: this.folder,
      deadlines: { start: 60_000, call: 60_000, stop: 60_000 },
      signal: new AbortController().signal,
      allowNet: false,
      observe: (_plugin, event) => {
        if (event.kind === 'log') logs.push(event.message);
      },
      candidates: [
        ...Object.entries(plugins).map(([id, plugin]) => ({
          file: { id, path: this.place(id), version: '' },
          settings: settings(subtree(id, plugin), id),
        })),
        ...(more.extra ?? []).map((file) => ({
          file: { ...file, version: '' },
          settings: settings({ enabled: true }, file.id),
        })),
      ],
      config: {
        summary: { ...NO_SUMMARY, AuthDir: more.authFolder ?? '' },
        apiKeys: more.apiKeys ?? [],
      },
      ...(more.authFolder === undefined ? {} : { authFolder: more.authFolder }),
      upstreams: more.upstreams ?? [],
      log,
    });
    this.hosts.push(host);
    return new RunningHost(host, log, logs);
  }

  /** Shuts all hosts down and removes the folder. */
  async close(): Promise<void> {
    await this.closeHosts();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async closeHosts(): Promise<void> {
    await Promise.all(this.hosts.splice(0).map((host) => host.close()));
  }
}

interface HostParts {
  readonly host: string;
  readonly authFolder: string;
  readonly apiKeys: readonly string[];
  readonly upstreams: readonly Upstream[];
  /** Files as they lie there. */
  readonly extra: readonly { readonly id: string; readonly path: string }[];
}

/** A host under test. */
export class RunningHost {
  constructor(
    readonly host: PluginHost,
    readonly log: StepLog,
    private readonly logs: readonly string[],
  ) {}

  /** What the plugins wrote into the host's log. */
  logged(): readonly string[] {
    return this.logs;
  }

  /** Sends a request and waits for everything that it leads to. */
  async ask(request: Partial<PassRequest> = {}): Promise<Answered> {
    const from = this.log.steps.length;
    const answer = await this.host.run({ ...REQUEST, ...request });
    const chunks: string[] = [];
    let broken: string | undefined;
    if ('chunks' in answer) {
      try {
        for await (const chunk of answer.chunks) chunks.push(Buffer.from(chunk).toString());
      } catch (error) {
        broken = (error as Error).message;
      }
    }
    await this.host.settled();
    const steps = this.log.steps.slice(from);
    return { answer, body: 'body' in answer ? Buffer.from(answer.body).toString() : '', chunks, broken, steps };
  }

  /** What was said of a stage, as `plugin: outcome text`. */
  said(stage: string, steps: readonly Step[] = this.log.steps): string[] {
    return steps.filter((step) => step.stage === stage).map(brief);
  }
}

export interface Answered {
  readonly answer: PassAnswer;
  readonly body: string;
  readonly chunks: readonly string[];
  readonly broken: string | undefined;
  readonly steps: readonly Step[];
}

/** A step in one line. */
export function brief({ plugin, outcome, text }: Step): string {
  return `${plugin ?? 'host'}: ${outcome}${text === undefined ? '' : ` ${text}`}`;
}

export const REQUEST: PassRequest = {
  format: 'openai',
  exit: '',
  model: 'm',
  stream: false,
  count: false,
  headers: {},
  query: {},
  body: Buffer.from('{"model":"m"}'),
  alt: '',
  metadata: {},
  method: 'POST',
  path: '/v1/chat/completions',
};

/** A provider of the host's own with an answer. */
export function upstream(more: Partial<Upstream> = {}): Upstream {
  return {
    provider: 'openai',
    format: 'openai',
    models: ['*'],
    status: 200,
    headers: {},
    body: Buffer.from('answer'),
    chunks: [],
    delayMs: 0,
    ...more,
  };
}

/** Base64 of a text, as bodies cross. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The capabilities of an executor that speaks one format, with the models of its provider. */
export function executor(format = 'openai', more: object = {}): Record<string, unknown> {
  return {
    executor: true,
    model_registrar: true,
    executor_input_formats: [format],
    executor_output_formats: [format],
    ...more,
  };
}

/** Lines of such an executor: its models, and what it answers. */
export function serving(provider: string, models: readonly string[], ...lines: readonly Line[]): Line[] {
  return [
    ['executor.identifier', 'result', { identifier: provider }],
    ['model.register', 'result', { Provider: provider, Models: models.map((ID) => ({ ID })) }],
    ...lines,
  ];
}

function compile(folder: string): string {
  const library = path.join(folder, 'scripted.bin');
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-pthread', '-fvisibility=hidden'];
  execFileSync('cc', [...flags, '-o', library, SOURCE], { stdio: 'inherit' });
  return library;
}
