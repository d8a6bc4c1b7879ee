import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { CpexEvent, TestReport, TestResult } from '../../src/model/event.js';
import type { Finding } from '../../src/model/finding.js';
import { ndjsonReporter } from '../../src/report/reporters/json.js';
import { hasTool, Workbench } from '../audit/c-library.js';

const root = path.resolve(import.meta.dirname, '../..');
const bench = new Workbench();
afterAll(() => bench.remove());

const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
const fits = ajv.compile(JSON.parse(readFileSync(path.join(root, 'schemas/event.json'), 'utf8')));

/** What the schema has against a line; empty when it fits. */
function problems(line: string): string[] {
  if (fits(JSON.parse(line))) return [];
  return (fits.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const finding: Finding = {
  id: 'env.utf8',
  severity: 'fail',
  message: 'm',
  evidence: ['e'],
  remedy: 'r',
  again: 'a',
  clause: 'ABI-JSON-001',
  file: 'f',
};
const result: TestResult = {
  suite: 'cases',
  id: 'case:x',
  title: 't',
  verdict: 'hang',
  durationMs: 1.5,
  findings: [finding],
  reason: 'r',
  file: '/p/x.yaml',
  line: 3,
};
const summary = { passed: 1, failed: 2, warned: 0, skipped: 3 };
const record = { sequence: 1, timeNs: 5, direction: 'to-host', kind: 'response', id: 4, method: 'host.log' } as const;

/** One of every type: the compiler asks for a new one when a type is added. */
const SAMPLES: { readonly [Type in CpexEvent['type']]: readonly Extract<CpexEvent, { type: Type }>[] } = {
  config: [{ type: 'config', file: '/p/cpex.yaml' }],
  note: [{ type: 'note', level: 'warn', text: 't', task: 'a' }],
  'task.plan': [{ type: 'task.plan', tasks: [{ id: 'build:linux-x64', title: 'Build' }] }],
  'task.start': [{ type: 'task.start', id: 'a', title: 't' }],
  'task.line': [{ type: 'task.line', id: 'a', stream: 'stderr', line: 'l' }],
  'task.end': [{ type: 'task.end', id: 'a', title: 't', outcome: 'failed', durationMs: 0, reason: 'r' }],
  artefact: [{ type: 'artefact', target: 'linux-x64', file: '/p/x.so', sha256: 'ab'.repeat(32), size: 9 }],
  finding: [{ type: 'finding', finding }],
  'suite.start': [{ type: 'suite.start', suite: 'audit', tests: 1 }],
  'test.start': [{ type: 'test.start', suite: 'native', id: 'native.c', title: 't' }],
  'test.end': [{ type: 'test.end', result }],
  'suite.end': [{ type: 'suite.end', suite: 'conformance', summary }],
  trace: [
    { type: 'trace', record: { ...record, code: 0, size: 3, body: new Uint8Array([0, 255, 7]), durationNs: 9 } },
    { type: 'trace', record: { ...record, size: 2, body: new Uint8Array([8, 7]), wire: 'grpc', message: { n: 7n } } },
  ],
  service: [
    { type: 'service', event: { kind: 'log', level: 'info', message: 'm', fields: { n: 2n ** 63n } } },
    { type: 'service', event: { kind: 'output', stream: 'stdout', bytes: new Uint8Array([104, 105]) } },
    { type: 'service', event: { kind: 'event', name: 'n', data: null } },
    { type: 'service', event: { kind: 'call', method: 'host.kv.get', request: undefined, ok: false } },
  ],
  'plugin.output': [{ type: 'plugin.output', stream: 'stdout', text: 't' }],
};

describe('schemas/event.json', () => {
  const lines = Object.values(SAMPLES).flatMap((events: readonly CpexEvent[]) =>
    events.map((event) => [event.type, ndjsonReporter.event?.(event) ?? ''] as const),
  );

  it.each(lines)('takes what ndjson prints for %s', (_, line) => {
    expect(problems(line)).toEqual([]);
  });

  it.each(lines)('refuses %s with a member too many, of another version or of no type', (_, line) => {
    const event = JSON.parse(line);
    expect(problems(JSON.stringify({ ...event, extra: 1 }))).not.toEqual([]);
    expect(problems(JSON.stringify({ ...event, v: 2 }))).not.toEqual([]);
    expect(problems(JSON.stringify({ ...event, type: 'other' }))).not.toEqual([]);
  });

  it('takes the report that ends the stream', () => {
    const report: TestReport = {
      artefacts: ['/p/x.so'],
      profile: 'cpex',
      level: 5,
      seed: 7,
      notRun: [{ artefact: '/p/x.so', target: 'darwin-arm64', reason: 'r' }],
      ranUnder: [{ artefact: '/p/y.so', target: 'linux-arm64', program: 'qemu-aarch64' }],
      results: [result],
      summary,
      durationMs: 7,
      ok: false,
      reason: 'r',
    };
    expect(problems(ndjsonReporter.end(report, root))).toEqual([]);
  });

  it('writes bytes as base64', () => {
    const [, output] = SAMPLES.service;
    expect(JSON.parse((output && ndjsonReporter.event?.(output)) ?? '')).toMatchObject({ event: { bytes: 'aGk=' } });
  });

  it.skipIf(!hasTool('gcc'))('takes every line of a real run (needs gcc)', () => {
    bench.run('gcc', ['-shared', '-fPIC', '-o', bench.path('good.so'), path.join(root, 'native/corpus/c/good.c')]);
    const args = [path.join(root, 'bin/run.cjs'), 'test', 'good.so', '--host', 'cpex', '--reporter', 'ndjson'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: bench.folder, encoding: 'utf8' });
    const printed = stdout.trimEnd().split('\n');
    expect(printed.map((line) => JSON.parse(line).type)).toEqual(expect.arrayContaining(['test.end', 'report']));
    expect(printed.flatMap(problems)).toEqual([]);
  });
});
