import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { CpexEvent, TestReport } from '../../../src/model/event.js';
import type { TraceRecord } from '../../../src/model/session.js';
import { openSinks, REPORTER_NAMES } from '../../../src/report/reporters/sinks.js';
import { CpexError } from '../../../src/support/errors.js';
import { EMPTY, MIXED } from './report.js';

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cpex-reporters-')));
});
afterAll(() => rm(folder, { recursive: true }));

const EVENTS: readonly CpexEvent[] = [
  { type: 'suite.start', suite: 'conformance', tests: 2 },
  { type: 'test.start', suite: 'conformance', id: 'load.now', title: 'loads' },
  { type: 'note', level: 'info', text: 'recorded a.yaml' },
];

/** What a reporter writes to stdout for a report. */
async function render(name: string, report: TestReport): Promise<string> {
  let text = '';
  const sinks = openSinks([name], folder, (more) => {
    text += more;
  });
  for (const event of EVENTS) sinks.event(event);
  await sinks.end(report);
  return text;
}

it('says in its last line what was built and not run', async () => {
  const notRun = [{ artefact: '/p/x.dylib', target: 'darwin-arm64' as const, reason: 'no macOS' }];
  const last = (await render('pretty', { ...MIXED, notRun })).trimEnd().split('\n').at(-1);
  expect(last).toContain('darwin-arm64 built, not run');
});

it('says in its last line for which target it ran, and under what', async () => {
  const ranUnder = [{ artefact: '/p/x.so', target: 'linux-arm64' as const, program: 'qemu-aarch64' }];
  const last = (await render('pretty', { ...MIXED, ranUnder })).trimEnd();
  expect(last).toMatch(/ · linux-arm64 under qemu-aarch64 · [\d.]+ s$/);
});

it('says once below a test how to see it again', async () => {
  const results = MIXED.results.map((result) =>
    result.id === 'env.utf8' ? { ...result, findings: [...result.findings, ...result.findings] } : result,
  );
  const before = (await render('pretty', MIXED)).split('cpex test --only env.utf8').length;
  const after = await render('pretty', {
    ...MIXED,
    results: results.map((result) => ({
      ...result,
      findings: result.findings.map((finding, at) => ({ ...finding, message: `${finding.message} (${at})` })),
    })),
  });
  expect(after.split('cpex test --only env.utf8')).toHaveLength(before);
});

/** It shows what crosses, and no results. */
const TRACE = 'trace';

describe.each(REPORTER_NAMES.filter((name) => name !== TRACE))('the reporter %s', (name) => {
  it('writes a mixed report', async () => {
    await expect(await render(name, MIXED)).toMatchFileSnapshot(`expected/${name}.txt`);
  });

  it('says that no test ran', async () => {
    const text = await render(name, EMPTY);
    expect(text).toContain('every test was skipped');
    await expect(text).toMatchFileSnapshot(`expected/${name}-empty.txt`);
  });

  it('lets no control character through', async () => {
    const text = await render(name, MIXED);
    const controls = [...text].filter((one) => /[\p{Cc}\p{Cs}]/u.test(one) && !['\n', '\t'].includes(one));
    expect(controls.map((one) => one.charCodeAt(0))).toEqual([]);
  });
});

describe('a trace', () => {
  const record = (more: Partial<TraceRecord>): TraceRecord => ({
    ...{ sequence: 0, timeNs: 5e6, direction: 'to-host', kind: 'response', id: 1, method: 'm', code: 0, size: 2 },
    ...{ body: Buffer.from('{}'), durationNs: 2e6, ...more },
  });

  it('has a span for each call and each request of the plugin, on a row each, for each process', async () => {
    let text = '';
    const sinks = openSinks([TRACE], folder, (more) => {
      text += more;
    });
    expect(sinks.traces).toBe(true);
    sinks.event({ type: 'trace', record: record({}), test: 'env.rc', session: 1 });
    sinks.event({
      type: 'trace',
      record: record({ direction: 'to-plugin', method: 'host.log' }),
      test: 'env.rc',
      session: 1,
    });
    sinks.event({ type: 'trace', record: record({ method: 'again' }), test: 'env.rc', session: 2 });
    await sinks.end(MIXED);
    const { traceEvents } = JSON.parse(text) as { traceEvents: Record<string, unknown>[] };
    const spans = traceEvents.filter(({ ph }) => ph === 'X').map(({ name, pid, tid, dur }) => [name, pid, tid, dur]);
    expect(spans).toEqual([
      ['m', 1, 1, 2000],
      ['host.log', 1, 2, 2000],
      ['again', 2, 1, 2000],
    ]);
    const names = traceEvents.filter(({ name }) => name === 'process_name').map(({ args }) => args);
    expect(names).toEqual([{ name: 'env.rc' }, { name: 'env.rc (process 2)' }]);
  });

  it('is shown to nobody who does not ask for it', () => {
    let text = '';
    const sinks = openSinks(['ndjson'], folder, (more) => {
      text += more;
    });
    sinks.event({ type: 'trace', record: record({}) });
    expect({ text, traces: sinks.traces }).toEqual({ text: '', traces: false });
  });
});

it('draws a badge into a file that ends with .svg', async () => {
  const file = path.join(folder, 'badge.svg');
  await openSinks([`badge=${file}`], folder, () => undefined).end({ ...MIXED, ok: true });
  const text = await readFile(file, 'utf8');
  expect(text).toContain('<title>cpex: level 5, 2 tests</title>');
  expect(text.match(/https?:\S+/g)).toEqual(['http://www.w3.org/2000/svg"']);
  await rm(file);
});

it('writes a page that needs nothing from elsewhere', async () => {
  const page = await render('html', MIXED);
  expect(page).not.toMatch(/<script|<link|src=|https?:/);
});

describe('what machines read', () => {
  it.skipIf(spawnSync('python3', ['-c', '0']).status !== 0)('JUnit is well-formed XML (no python3)', async () => {
    const script = [
      'import json, sys, xml.etree.ElementTree as E',
      'root = E.fromstring(sys.stdin.buffer.read())',
      'print(json.dumps([[s.attrib, [[c.attrib, [[k.tag, k.attrib, k.text] for k in c]] for c in s]] for s in root]))',
    ].join('\n');
    const { stdout, stderr } = spawnSync('python3', ['-c', script], {
      input: await render('junit', MIXED),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const suites = JSON.parse(stdout) as [
      Record<string, string>,
      [Record<string, string>, [string, object, string][]][],
    ][];
    expect(
      suites.map(([{ name, tests, failures, errors, skipped }]) => [name, tests, failures, errors, skipped]),
    ).toEqual([
      ['audit', '1', '0', '0', '1'],
      ['conformance', '7', '2', '1', '2'],
      ['cases', '1', '1', '0', '0'],
    ]);
    for (const [attributes, cases] of suites) expect(cases.length).toBe(Number(attributes.tests));
    const [, [, [[tag, , text] = []] = []] = []] = suites[2]?.[1]?.[0] === undefined ? [] : [0, suites[2][1][0]];
    expect(tag).toBe('failure');
    expect(text).toContain('a <b>&"\'%:, # \\ ]]>');
    expect(text).toContain('😀');
  });

  it('JSON and the last line of NDJSON are the report', async () => {
    const json = JSON.parse(await render('json', MIXED)) as object;
    expect(json).toMatchObject({ v: 1, ok: false, summary: MIXED.summary });
    const lines = (await render('ndjson', MIXED)).trimEnd().split('\n');
    const objects = lines.map((line) => JSON.parse(line) as { v: number; type: string });
    expect(objects.map(({ type }) => type)).toEqual([...EVENTS.map(({ type }) => type), 'report']);
    expect(objects.at(-1)).toEqual({ ...json, type: 'report' });
  });

  it('TAP has as many lines as its plan says, and YAML that can be read', async () => {
    const text = await render('tap', MIXED);
    const points = text.split('\n').filter((line) => /^(not )?ok /.test(line));
    expect(text).toMatch(new RegExp(`^TAP version 14\n1\\.\\.${points.length}\n`));
    expect(points.map((line) => /^(?:not )?ok (\d+) - /.exec(line)?.[1])).toEqual(points.map((_, at) => `${at + 1}`));
    expect(points.filter((line) => line.startsWith('not ok'))).toHaveLength(MIXED.summary.failed);
    const blocks = [...text.matchAll(/^ {2}---\n(.*?)^ {2}\.\.\.\n/gms)].map(
      ([, block = '']) => parseYaml(block) as object,
    );
    expect(blocks).toHaveLength(5);
    expect(blocks[0]).toMatchObject({
      verdict: 'warn',
      findings: [{ message: 'The plugin prints to stdout.', clause: 'ABI-CALL-008', evidence: ['noise'] }, {}],
    });
  });

  it('GitHub gets one line for each finding, with file and line', async () => {
    const lines = (await render('github', MIXED)).trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(line).toMatch(/^::(error|warning) title=[^:,]+(,file=[^:,]+,line=\d+)?::.+$/);
    expect(lines.at(-1)).toContain(',file=/project/tests/cases/a b%2Cc.yaml,line=7::');
  });
});

describe('several reporters', () => {
  it('write at once, those with files whole and in new folders', async () => {
    let stdout = '';
    const words = ['tap', 'junit=out/deep/report.xml', 'ndjson=events.ndjson', 'json=a=b.json'];
    const sinks = openSinks(words, folder, (text) => {
      stdout += text;
    });
    for (const event of EVENTS) sinks.event(event);
    await sinks.end(MIXED);
    expect(stdout).toBe(await render('tap', MIXED));
    expect(await readFile(path.join(folder, 'out/deep/report.xml'), 'utf8')).toBe(await render('junit', MIXED));
    expect(await readFile(path.join(folder, 'events.ndjson'), 'utf8')).toBe(await render('ndjson', MIXED));
    expect(await readFile(path.join(folder, 'a=b.json'), 'utf8')).toBe(await render('json', MIXED));
    expect((await readdir(folder)).sort()).toEqual(['a=b.json', 'events.ndjson', 'out']);
  });

  it.each([
    [['junti'], 'CPEX_E_REPORTER_UNKNOWN', 'There is no reporter "junti". Did you mean "junit"?'],
    [['pretty', 'tap'], 'CPEX_E_USAGE', 'Only one reporter can write to stdout.'],
    [['junit='], 'CPEX_E_USAGE', 'The reporter junit has an equals sign and no file after it.'],
    [['json=same', 'tap=./same'], 'CPEX_E_USAGE', 'Two reporters write to the same file: same.'],
  ])('%j are refused', (words, code, message) => {
    const open = () => openSinks(words, folder, () => undefined);
    expect(open).toThrow(CpexError);
    expect(open).toThrow(expect.objectContaining({ code, message }));
  });
});
