import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { engineFor } from '../../src/build/engine.js';
import { ensureBuilt } from '../../src/build/service.js';
import { DEFAULT_DEADLINES, type OpenPlugin, openPlugin } from '../../src/host-process/reference-host.js';
import { cpexProfile } from '../../src/hosts/cpex/profile.js';
import type { RunContext } from '../../src/model/context.js';
import type { HostProtocol } from '../../src/model/profile.js';
import type { CallEnd } from '../../src/model/session.js';
import type { Language } from '../../src/model/target.js';
import { requireProject } from '../../src/project/find.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { newProject } from '../../src/scaffold/new-project.js';

/** Where the logic of a project lies, what it is replaced by, and what has to be installed. */
const LOGIC: Readonly<Record<Language, { file: string; source: string; tests: string; empty: string; tool: string }>> =
  {
    c: { file: 'src/plugin.c', source: 'plugin.c', tests: 'tests/test_plugin.c', empty: '', tool: 'cmake' },
    go: { file: 'plugin.go', source: 'plugin.go.txt', tests: 'plugin_test.go', empty: 'package main\n', tool: 'go' },
    rust: { file: 'src/lib.rs', source: 'lib.rs', tests: 'src/tests.rs', empty: '', tool: 'cargo' },
  };

/** Hooks that the plugins hand back the payload of. */
export const ECHOED = ['cmf.llm_input', 'tool_pre_invoke', 'http_post_request'] as const;

/** The forms of bodies. */
export const CODECS = ['json', 'msgpack'] as const;
export type CodecName = (typeof CODECS)[number];

/** A language whose compiler is there. */
export function hasTool(language: Language): boolean {
  const { tool } = LOGIC[language];
  return spawnSync(tool, [tool === 'go' ? 'version' : '--version']).status === 0;
}

/** What an echo made of a payload. */
export interface Echo {
  readonly envelope: ReturnType<HostProtocol['readEnvelope']>;
  readonly body: Uint8Array;
}

/** One plugin that runs, in one codec. */
export interface EchoPlugin {
  readonly language: Language;
  readonly codec: CodecName;
  echo(hook: (typeof ECHOED)[number], payload: unknown): Promise<Echo>;
  /** Sends bytes as they are. */
  send(method: string, body: Uint8Array): Promise<CallEnd>;
  close(): Promise<void>;
}

/** The echo plugins of this machine's languages, built with `cpex new` and a few lines. */
export class EchoPlugins {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-echo-'));
  private readonly context: RunContext = {
    cwd: this.folder,
    env: process.env as Record<string, string>,
    interactive: false,
    emit: () => undefined,
    signal: new AbortController().signal,
  } as RunContext;

  /** Builds the plugin of a language; returns its library. */
  async build(language: Language): Promise<string> {
    const cwd = path.join(this.folder, language);
    const request = {
      name: 'echo',
      language,
      host: 'cpex',
      capabilities: ECHOED.map((hook) => `hook:${hook}`),
      author: 'Tests',
      ci: 'none',
      git: false,
    };
    mkdirSync(cwd);
    const context = { ...this.context, cwd };
    const { root } = await newProject(request, { dryRun: false, force: false, overwrite: false }, context);
    const { file, source, tests, empty } = LOGIC[language];
    copyFileSync(path.join(import.meta.dirname, 'echo', source), path.join(root, file));
    writeFileSync(path.join(root, tests), empty);
    const project = await requireProject({ ...context, cwd: root });
    return (await ensureBuilt(project, {}, { ...context, cwd: root })).file;
  }

  /** Starts a library and registers it with an offer of the codec, which it has to take. */
  async open(language: Language, artefact: string, codec: CodecName): Promise<EchoPlugin> {
    const target = hostTarget();
    const plugin: OpenPlugin = await openPlugin({
      artefact,
      target: target.name,
      profile: cpexProfile,
      engine: await engineFor({ target }, this.context),
      cwd: this.folder,
      services: { pluginId: 'echo', allowNet: false },
      deadlines: DEFAULT_DEADLINES,
      signal: this.context.signal,
      ...(codec === 'json' ? {} : { codecs: [codec] }),
    });
    const { registration } = await plugin.register({});
    if ((registration?.codec ?? 'json') !== codec) throw new Error(`${language} does not take ${codec}`);
    return {
      language,
      codec,
      echo: async (hook, payload) => {
        const request = { hook, payload, extensions: {}, context: CONTEXT };
        const { end, envelope } = await plugin.invoke('hook.invoke', request);
        return { envelope, body: end.body };
      },
      send: (method, body) => plugin.session.call(method, body).end,
      close: async () => void (await plugin.close()),
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const CONTEXT = { request_id: 'r', local_state: {}, global_state: {} };
