import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectOf, type Mode, type OnError, type Outcome, PHASES } from '../../src/pipeline/cpex/effects.js';
import { openPipeline } from '../../src/pipeline/cpex/pipeline.js';
import type { PipelineHost, PluginEntry } from '../../src/pipeline/cpex/types.js';
import { isThere } from '../shell/cli.js';
import { compileGo, compileRust } from '../testing/support/compile.js';
import { configOf, entry, HOOK, request } from './cpex-bench.js';

/** What the host has to make of a fault of `plugins/faults/faults.c`. */
interface Expected {
  readonly outcome: Outcome;
  readonly code?: string;
  readonly reason?: RegExp;
  /** The payload that the plugin hands on, where it is another one. */
  readonly payload?: unknown;
  /** Codes of errors beside that of a failure. */
  readonly beside?: readonly string[];
}

const CHANGED = { name: 'changed', args: {} };

const FAULTS: Readonly<Record<string, Expected>> = {
  crash: { outcome: 'panic', code: 'panic', reason: /crashed with SIGABRT/ },
  null: { outcome: 'panic', code: 'panic', reason: /crashed with SIGSEGV/ },
  exit: { outcome: 'panic', code: 'panic', reason: /ended its process|exit/ },
  hang: { outcome: 'timeout', code: 'timeout', reason: /did not return within 400 ms/ },
  'flood-hang': { outcome: 'timeout', code: 'timeout', reason: /did not return within 400 ms/ },
  // Who says that something changed is not asked.
  'same-payload': { outcome: 'allow' },
  'says-modified': { outcome: 'allow' },
  modify: { outcome: 'modify', payload: CHANGED },
  deny: { outcome: 'deny', reason: /^no: because$/ },
  'deny-bare': { outcome: 'deny_bare', reason: /denied and gave no reason/, payload: { name: 'rm', args: {} } },
  'drops-label': {
    outcome: 'modify',
    payload: CHANGED,
    code: 'extension_rejected',
    reason: /security\.labels/,
    beside: ['extension_rejected'],
  },
  'edits-request': {
    outcome: 'allow',
    code: 'extension_rejected',
    reason: /extensions\.request/,
    beside: ['extension_rejected'],
  },
  'wrong-types': { outcome: 'error', code: 'invalid_response', reason: /continue_processing/ },
  'no-json': { outcome: 'error', code: 'invalid_response', reason: /JSON/ },
  empty: { outcome: 'error', code: 'invalid_response', reason: /continue_processing/ },
  'wrong-payload': { outcome: 'error', code: 'invalid_payload', reason: /name/ },
  'null-payload': { outcome: 'error', code: 'invalid_payload' },
  error: { outcome: 'error', code: 'quota', reason: /^no quota is left$/ },
};

const STATUS = { error: 'error', panic: 'error', timeout: 'timeout' } as const;
const EXTENSIONS = { request: { request_id: 'req-1' }, security: { labels: ['pii'] } };
const RIGHTS = new Set(['read_labels', 'append_labels']);

let folder = '';
const hosts: PipelineHost[] = [];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cpex-faults-'));
  const corpus = path.resolve(import.meta.dirname, '../../native/corpus/c');
  const source = path.resolve(import.meta.dirname, '../plugins/faults/faults.c');
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-fPIC', '-shared', '-I', corpus];
  execFileSync('cc', [...flags, '-o', path.join(folder, 'faults.so'), source], { stdio: 'inherit' });
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  rmSync(folder, { recursive: true, force: true });
});

function faulty(name: string, more: Partial<PluginEntry> = {}): PluginEntry {
  const file = path.join(folder, name, 'plugin.so');
  mkdirSync(path.dirname(file), { recursive: true });
  copyFileSync(path.join(folder, 'faults.so'), file);
  return entry(name, { artefact: file, capabilities: RIGHTS, ...more });
}

/** Opens plugins; `chosen` says for each hook which of them it is for. */
async function open(plugins: readonly PluginEntry[], chosen: () => readonly PluginEntry[] = () => plugins) {
  const config = { ...configOf(plugins), select: () => ({ plugins: chosen(), skipped: [] }) };
  const host = await openPipeline(config, { cwd: folder, signal: new AbortController().signal, allowNet: false });
  hosts.push(host);
  return host;
}

/** What is sent to make the plugin fail so. */
function asking(fault: string) {
  return request({ payload: { name: 'search', args: { fault } }, extensions: EXTENSIONS });
}

describe.each(Object.entries(FAULTS))('a plugin with the fault %s', (fault, expected) => {
  const { outcome, code, reason, payload, beside = [] } = expected;
  let current: PluginEntry;
  let host: PipelineHost;
  beforeAll(async () => {
    current = faulty(`p-${fault}`, { timeoutMs: fault.includes('hang') ? 400 : 30_000 });
    host = await open([current], () => [current]);
  });

  const rows = PHASES.flatMap((mode) =>
    (['fail', 'ignore'] as const).map((onError): [Mode, OnError] => [mode, onError]),
  );
  it.each(rows)('is treated in %s with on_error %s as the table says', async (mode, onError) => {
    const effect = effectOf(mode, outcome, onError);
    current = { ...current, mode, onError };
    const asked = asking(fault);
    const result = await host.invoke(HOOK, asked);
    const later = await result.background();
    const [record] = mode === 'fire_and_forget' ? later.records : result.records;
    expect(record).toMatchObject({
      plugin_name: `p-${fault}`,
      mode,
      matched: true,
      status: outcome in STATUS ? STATUS[outcome as keyof typeof STATUS] : 'completed',
      effective_allow: effect.verdict !== 'deny',
      payload_modified: payload !== undefined,
      extensions_modified: false,
      applied: payload !== undefined && effect.changes === 'applied',
    });
    expect(record?.error_code).toBe(code);
    if (reason !== undefined) expect(record?.reason).toMatch(reason);
    expect(record?.requested_allow).toBe(outcome in STATUS ? undefined : !outcome.startsWith('deny'));
    expect(result.verdict).toBe(effect.verdict === 'deny' ? 'deny' : 'allow');
    expect(result.violation?.code).toBe(effect.violation === 'own' ? 'no' : effect.violation);
    expect(result.violation?.plugin_name).toBe(effect.verdict === 'deny' ? `p-${fault}` : undefined);
    expect(result.payload).toEqual(payload !== undefined && effect.changes === 'applied' ? payload : asked.payload);
    expect(result.payloadModified).toBe(payload !== undefined && effect.changes === 'applied');
    expect(result.extensions).toEqual(EXTENSIONS);
    expect(result.extensionsModified).toBe(false);
    const { errors } = mode === 'fire_and_forget' ? later : result;
    expect(errors.map((one) => one.code)).toEqual([...(effect.recorded ? [code] : []), ...beside]);
  });
});

describe('a plugin with on_error disable', () => {
  it.each(['crash', 'hang', 'error', 'wrong-types'])(
    'is called no more after the fault %s, in any mode',
    async (fault) => {
      const plugins = PHASES.map((mode) => faulty(`${mode}-${fault}`, { mode, onError: 'disable', timeoutMs: 400 }));
      const host = await open(plugins);
      const first = await host.invoke(HOOK, asking(fault));
      const { records } = await first.background();
      expect(first.verdict).toBe('allow');
      expect([...first.records, ...records].map(({ error_code }) => error_code)).toEqual(
        PHASES.map(() => FAULTS[fault]?.code),
      );
      const second = await host.invoke(HOOK, request());
      const after = [...second.records, ...(await second.background()).records];
      expect(after.map(({ status }) => status)).toEqual(PHASES.map(() => 'disabled'));
      expect(second).toMatchObject({ verdict: 'allow', errors: [] });
    },
  );
});

describe('the plugins beside a broken one', () => {
  it('go on, and the broken one is there again for the next hook', async () => {
    const plugins = [
      faulty('broken', { config: { fault: 'crash' }, onError: 'ignore' }),
      faulty('changes', { config: { fault: 'modify' }, mode: 'transform' }),
      faulty('looks', { mode: 'concurrent' }),
    ];
    const host = await open(plugins);
    for (const round of [1, 2]) {
      const { verdict, payload, records } = await host.invoke(HOOK, request());
      const statuses = records.map(({ status, error_code }) => error_code ?? status);
      expect({ round, verdict, payload, statuses }).toEqual({
        round,
        verdict: 'allow',
        payload: CHANGED,
        statuses: ['panic', 'completed', 'completed'],
      });
    }
  });

  it('are ended as well when one does not start, and the message has no value of its configuration', async () => {
    const leaking = faulty('leaking', { config: { fault: 'register-leaks', api_key: 'sk-abcdef123456' } });
    const opened = open([faulty('fine'), leaking]);
    await expect(opened).rejects.toMatchObject({
      code: 'CPEX_E_PLUGIN_ANSWER',
      message: expect.stringMatching(/^The plugin "leaking" cannot be used: .*the key \(removed\) is not valid/),
    });
    await expect(open([faulty('gone', { config: { fault: 'register-exits' } })])).rejects.toMatchObject({
      exit: 4,
      message: expect.stringContaining('The plugin "gone" cannot be used'),
    });
  });
});

describe.each([
  ['Go', 'panic', 'go', 'panic', /panic/],
  ['Rust', 'panic', 'rustc', 'panic', /panic/],
  ['Rust', 'catches-panic', 'rustc', 'panic', /a panic was caught/],
] as const)('a plugin in %s that has the fault %s', (language, name, tool, code, reason) => {
  const there = isThere(tool, tool === 'go' ? 'version' : '--version');

  it.skipIf(!there)(`is treated in every mode as one that broke (needs ${tool})`, async () => {
    const compile = language === 'Go' ? compileGo : compileRust;
    const artefact = compile(name, path.join(folder, language));
    let current = entry('p', { artefact });
    const host = await open([current], () => [current]);
    for (const mode of PHASES) {
      const effect = effectOf(mode, 'panic', 'fail');
      current = { ...current, mode };
      // Without a query the one that catches its panics looks at a letter that is not there.
      const result = await host.invoke(HOOK, request({ payload: { name: 'x', args: { query: '' } } }));
      const { records } = await result.background();
      const record = [...result.records, ...records][0];
      expect(record).toMatchObject({ mode, status: 'error', error_code: code, reason: expect.stringMatching(reason) });
      expect(result.violation?.code).toBe(effect.violation);
    }
  });
});

describe('what a plugin lets out of its configuration', () => {
  it.each(PHASES.flatMap((mode) => ['leaks', 'leaks-deny'].map((fault): [string, Mode] => [fault, mode])))(
    'stands nowhere in what comes of %s in %s',
    async (fault, mode) => {
      const plain = 'sk-abcdef1234567890';
      const plugin = faulty(`${fault}-${mode}`, { mode, config: { fault, api_key: plain } });
      const host = await open([plugin]);
      const result = await host.invoke(HOOK, request());
      const all = JSON.stringify([result, await result.background()]);
      expect(all).not.toContain(plain);
      expect(all).toContain('(removed)');
    },
  );
});
