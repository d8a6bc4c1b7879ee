import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProfile } from '../../../src/hosts/registry.js';
import type { Candidate } from '../../../src/pipeline/cliproxy/load-plugins.js';
import { StepLog } from '../../../src/pipeline/cliproxy/steps.js';
import { hostTarget } from '../../../src/project/targets/host.js';
import type { Served } from '../../../src/running/serve/http-server.js';
import { type ServeOptions, type Serving, serve } from '../../../src/running/serve/serve.js';

/** Key of the management routes in these tests. */
export const KEY = 'a key for tests';

/** Why tests with C plugins are skipped here; undefined when there is a compiler. */
export const noCompiler = spawnSync('cc', ['--version']).status === 0 ? undefined : 'no cc';

/** What a test's plugin does. */
export interface Page {
  readonly routes?: readonly object[];
  readonly resources?: readonly object[];
  /** Path → result of `management.handle`, or a word of pages.h. */
  readonly answers?: Readonly<Record<string, object | string>>;
  readonly schema?: number;
  readonly capabilities?: object;
  readonly metadata?: object;
  /** Answer to `management.register`, instead of routes and resources. */
  readonly declares?: string;
}

/** A folder for compiled plugins and the servers of one test file. */
export class Site {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-serve-test-'));
  private readonly running: Serving[] = [];
  private count = 0;

  /** Compiles a plugin into `<id>.so` in a folder of its own. */
  plugin(id: string, page: Page): string {
    const folder = path.join(this.folder, String(++this.count));
    mkdirSync(folder);
    const metadata = {
      Name: 'Pages',
      Version: '1.0.0',
      Author: 'Tests',
      GitHubRepository: 'https://github.com/example/pages',
      ...page.metadata,
    };
    const capabilities = page.capabilities ?? { management_api: true };
    const registration = { schema_version: page.schema ?? 3, metadata, capabilities };
    const declared = { ok: true, result: { routes: page.routes ?? [], resources: page.resources ?? [] } };
    const answers = Object.entries(page.answers ?? {}).map(([at, says]) => {
      return `{ ${cText(at)}, ${cText(typeof says === 'string' ? says : JSON.stringify(says))} },`;
    });
    const source = [
      `#define REGISTRATION ${cText(JSON.stringify(registration))}`,
      `#define ROUTES ${cText(page.declares ?? JSON.stringify(declared))}`,
      `#define ANSWERS ${answers.join(' ')}`,
      '#include "pages.h"',
    ];
    const file = path.join(folder, 'plugin.c');
    writeFileSync(file, `${source.join('\n')}\n`);
    const library = path.join(folder, `${id}.so`);
    const include = path.join(import.meta.dirname, 'plugins');
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wl,-soname,plugin', '-I', include, '-o', library, file]);
    return library;
  }

  /** Serves plugins, given as id and library, in the order of falling priority. */
  async open(
    plugins: readonly (readonly [id: string, library: string])[],
    options: Partial<ServeOptions> & { revision?: string } = {},
  ): Promise<Open> {
    const notes: string[] = [];
    const log: Served[] = [];
    const { revision, ...rest } = options;
    const candidates = plugins.map(
      ([id, library], index): Candidate => ({
        file: { id, path: library, version: '' },
        settings: { enabled: true, priority: plugins.length - index, subtree: {} },
      }),
    );
    const serving = await serve(
      {
        profile: findProfile(revision === undefined ? 'cliproxy' : `cliproxy@${revision}`),
        target: hostTarget().name,
        candidates,
        port: 0,
        key: KEY,
        allowNet: false,
        timeout: 60_000,
        observe: () => {},
        printed: () => {},
        served: (one) => log.push(one),
        log: new StepLog((step) => {
          if (step.outcome === 'warning' || step.outcome === 'failed') notes.push(step.text ?? step.stage);
        }),
        failed: (error) => notes.push(`failed: ${String(error)}`),
        ...rest,
      },
      new AbortController().signal,
    );
    this.running.push(serving);
    return { serving, notes, log, get: (at, more) => fetchFrom(serving.origin, at, more) };
  }

  /** One plugin, served. */
  page(page: Page, options: Partial<ServeOptions> & { revision?: string } = {}): Promise<Open> {
    return this.open([['pages', this.plugin('pages', page)]], options);
  }

  /** Stops what runs. */
  async stop(): Promise<void> {
    await Promise.all(this.running.splice(0).map((one) => one.stop()));
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Open {
  readonly serving: Serving;
  /** Warnings, in the host's own words. */
  readonly notes: readonly string[];
  readonly log: readonly Served[];
  get(at: string, more?: Ask): Promise<Answer>;
}

export interface Ask {
  readonly method?: string;
  /** Several values of one name as a list. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** False leaves the management key away. */
  readonly key?: string | false;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: string;
}

/** A request as it stands: no client library mends its path, its headers or its answer. */
export function fetchFrom(origin: string, at: string, ask: Ask = {}): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  const key = ask.key === false ? {} : { authorization: `Bearer ${ask.key ?? KEY}` };
  return new Promise((done, fail) => {
    const sent = request(
      {
        hostname,
        port,
        path: at,
        method: ask.method ?? 'GET',
        headers: { ...key, ...(ask.headers as Record<string, string | string[]>) },
        agent: false,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', fail);
        response.on('end', () => {
          const { statusCode: status = 0, headers, rawHeaders: raw } = response;
          done({ status, headers, raw, body: Buffer.concat(parts).toString('utf8') });
        });
      },
    );
    sent.on('error', fail);
    sent.end(ask.body);
  });
}

/** A C string literal: every byte that could mean something to the compiler as octal. */
function cText(text: string): string {
  const bytes = [...Buffer.from(text, 'utf8')].map((byte) => {
    const char = String.fromCharCode(byte);
    return /[\w ./:,{}[\]=+-]/.test(char) ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${bytes.join('')}"`;
}

/** The base64 of a text, as results carry it. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
