import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../src/model/event.js';
import type { ListedTest } from '../../src/testing/list.js';
import { asksProject } from './support/asks-project.js';
import { Cli, type CliOptions } from './support/cli.js';
import { compileC, missingTools } from './support/compile.js';

const missing = missingTools('cc', 'cmake');
const cli = new Cli();
let root: string;
let good: string;
let crashing: string;

const MANIFEST = `test:
  skip:
    hyg.*: known noise
    case:later: not yet done
`;
const CASES: Readonly<Record<string, string>> = {
  'one.yaml': 'name: allows\nhook: tool_pre_invoke\nexpect: { verdict: allow }\n',
  'deep/two.yaml':
    'cases:\n  - name: greets\n    command: [greet]\n    expect: { stdout: "hello\\n", exit_code: 0 }\n  - name: later\n    hook: tool_pre_invoke\n    expect: { verdict: deny }\n',
};

beforeAll(async () => {
  if (missing !== undefined) return;
  root = asksProject(cli.folder, 'project', MANIFEST);
  for (const [file, text] of Object.entries(CASES)) write(`tests/cases/${file}`, text);
  good = compileC('good', cli.folder);
  crashing = compileC('broken/segfault', cli.folder);
  expect(await cli.run(['build'], { cwd: root })).toMatchObject({ code: 0 });
});
afterAll(() => cli.remove());

function write(file: string, text: string): string {
  const whole = path.join(root, file);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

const test = (args: readonly string[], options: CliOptions = {}) =>
  cli.run(['test', ...args], { cwd: root, ...options });

/** The report of a run, and each id with its verdict. */
async function report(args: readonly string[], options: CliOptions = {}) {
  const { code, stdout } = await test([...args, '--reporter', 'json'], options);
  const value = JSON.parse(stdout) as TestReport;
  const reasons = Object.fromEntries(value.results.map(({ id, verdict, reason }) => [id, reason ?? verdict]));
  return { code, value, reasons };
}

describe.skipIf(missing !== undefined)(`cpex test${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('audits, runs the tests up to level 5 and the cases of the project, and passes', async () => {
    const { code, value, reasons } = await report([]);
    expect({ code, ok: value.ok, failed: value.summary.failed }).toEqual({ code: 0, ok: true, failed: 0 });
    expect(reasons).toMatchObject({
      audit: 'pass',
      'load.now': 'pass',
      'method.unknown': 'pass',
      'life.silence': 'pass',
      'load.quiet': 'pass',
      'mem.alias': 'pass',
      'tort.oom': 'above --level 5',
      'hyg.children': 'skipped in cpex.yaml: known noise',
      'case:allows': 'pass',
      'case:greets': 'pass',
      'case:later': 'skipped in cpex.yaml: not yet done',
    });
    const deep = value.results.find(({ id }) => id === 'case:later');
    expect(deep).toMatchObject({ file: path.join(root, 'tests/cases/deep/two.yaml'), line: 5 });
  });

  it('selects by id, group, case and level', async () => {
    const only = await report(['--only', 'env.*', '--only', 'case:allows', '--skip', 'env.rc']);
    const chosen = Object.entries(only.reasons).filter(([, reason]) => reason !== 'not selected by --only');
    expect(Object.fromEntries(chosen)).toEqual({
      'env.utf8': 'pass',
      'env.single': 'pass',
      'env.shape': 'pass',
      'env.rc': 'skipped by --skip',
      'env.slot': 'pass',
      'env.empty': 'pass',
      'case:allows': 'pass',
    });
    const level = await report(['--level', '1', '--skip', 'case:*']);
    expect(level.reasons).toMatchObject({
      'register.ok': 'pass',
      'env.utf8': 'above --level 1',
      'life.silence': 'pass',
    });
    // Who names a test wants it, whatever its level; who names a level, too, wants no more than that.
    const named = await report(['--only', 'life.shutdown-first']);
    expect(named.reasons['life.shutdown-first']).toBe('pass');
    const both = await report(['--only', 'life.shutdown-first', '--only', 'load.now', '--level', '5']);
    expect(both.reasons['life.shutdown-first']).toBe('above --level 5');
    const bare = await report(['--only', 'allows']);
    expect(bare.reasons['case:allows']).toBe('pass');
  });

  it.each([
    [['--only', 'env.utf'], 2, /No test matches "env\.utf"\. Did you mean "env\.utf8"\?/],
    [['--skip', 'case:nothing'], 2, /No test matches "case:nothing"/],
    [['nowhere.yaml'], 2, /There is no case file .*nowhere\.yaml/],
    [['nowhere.so'], 2, /There is no file .*nowhere\.so/],
    [['--host', 'cpx'], 2, /Did you mean "cpex"/],
    [['--reporter', 'pretty', '--reporter', 'tap'], 2, /Only one reporter can write to stdout/],
    [['--reporter', 'xml'], 2, /There is no reporter "xml"/],
    [['--level', '11'], 2, /level/],
    [['--jobs', '0'], 2, /jobs/],
  ])('refuses %j before anything runs', async (args, code, message) => {
    const ended = await test(args);
    expect(ended).toEqual({ code, signal: null, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('fails when nothing ran', async () => {
    const { code, value } = await report(['--only', 'audit', '--skip', 'audit']);
    expect({ code, ok: value.ok, reason: value.reason }).toEqual({
      code: 1,
      ok: false,
      reason: 'every test was skipped',
    });
    const probe = await report(['--only', 'load.quiet', '--engine', 'koffi']);
    expect({ code: probe.code, reason: probe.value.reason }).toEqual({ code: 1, reason: 'every test was skipped' });
  });

  it('stops at the first failure with --bail', async () => {
    const { code, reasons } = await report([crashing, '--bail', '--jobs', '1']);
    expect(code).toBe(1);
    expect(reasons).toMatchObject({
      'env.utf8': 'crash',
      'env.single': 'not run: --bail',
      'hyg.stdio': 'not run: --bail',
    });
  });

  it('loads nothing that the audit refuses, whatever was selected', async () => {
    const unsound = compileC('broken/no-entry', cli.folder);
    const { code, reasons } = await report([unsound, '--only', 'env.*']);
    expect({ code, audit: reasons.audit, utf8: reasons['env.utf8'] }).toEqual({
      code: 1,
      audit: 'fail',
      utf8: 'needs audit',
    });
  });

  it('writes several reports at once and one to stdout', async () => {
    const flags = ['--reporter', 'github', '--reporter', 'junit=out/r.xml', '--reporter', 'ndjson=out/r.ndjson'];
    const ended = await test([crashing, ...flags]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/^::error title=env\.utf8::The plugin crashed/);
    expect(readFileSync(path.join(root, 'out/r.xml'), 'utf8')).toMatch(/^<\?xml.*type="crash".*<\/testsuites>\n$/s);
    const last = readFileSync(path.join(root, 'out/r.ndjson'), 'utf8').trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ type: 'report', ok: false });
  });

  it('prints one object with --json, also for errors', async () => {
    const ended = await test([good, '--json', '--only', 'load.now']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      v: 1,
      command: 'test',
      ok: true,
      result: { summary: { passed: 1 } },
    });
    const failed = await test([crashing, '--json', '--only', 'env.utf8']);
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({ ok: false, result: { ok: false, summary: { failed: 1 } } });
    const refused = await test(['--json', '--only', 'nothing']);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, error: { code: 'CPEX_E_TEST_UNKNOWN_ID' } });
  });

  it('lists the catalogue', async () => {
    const { code, stdout } = await test(['--list'], { cwd: cli.folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/env\.utf8 +answers in strict UTF-8/);
    const machine = JSON.parse((await test(['--list', '--json'])).stdout) as {
      result: { tests: ListedTest[]; cannotClaim: string[] };
    };
    expect(machine.result.tests.find(({ id }) => id === 'env.utf8')).toMatchObject({
      level: 2,
      engines: ['K', 'P'],
      profiles: {
        cpex: { severity: 'fail', clause: 'ABI-JSON-001' },
        cliproxy: { severity: 'warn', clause: 'CPA-CALL-004' },
      },
    });
    expect(machine.result.cannotClaim.length).toBeGreaterThan(3);
    const low = await test(['--list', '--level', '1'], { cwd: cli.folder });
    expect(low.stdout).not.toMatch(/env\.utf8/);
  });

  it('needs a project or a library', async () => {
    const ended = await cli.run(['test'], { cwd: cli.folder });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('CPEX_E_TEST_NO_SUBJECT') });
    expect(ended.stderr).not.toContain('read as cases');
    const folder = await cli.run(['test', '.'], { cwd: cli.folder });
    expect(folder).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/read as cases: \.\n[\s\S]*name a built library/),
    });
  });

  it('names the place of a mistake in a case, and runs nothing', async () => {
    const file = write('broken/a.yaml', 'name: a\nhook: tool_pre_invoke\nexpect: { verdictt: allow }\n');
    const ended = await test([file]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('broken/a.yaml:3:11 expect.verdictt: expected one of');
    expect(ended.stderr).toContain('Did you mean "verdict"?');
  });

  it('says that a hook does not exist instead of letting the case pass', async () => {
    write('broken/b.yaml', 'name: b\nhook: tool_pre_invok\nexpect: { verdict: allow }\n');
    const { code, stdout } = await test(['broken/b.yaml', '--only', 'b']);
    expect(code).toBe(1);
    expect(stdout).toContain('there is no hook "tool_pre_invok". Did you mean "tool_pre_invoke"?');
  });

  it('reports a plugin that dies or hangs in a case', async () => {
    write(
      'deaths/c.yaml',
      'cases:\n  - { name: dies, hook: tool_pre_invoke, payload: { do: segfault }, expect: { verdict: allow } }\n  - { name: hangs, hook: tool_pre_invoke, payload: { do: hang }, timeout_ms: 3000, expect: { verdict: allow } }\n',
    );
    const { code, reasons } = await report(['deaths', '--only', 'case:*']);
    expect({ code, ...reasons }).toMatchObject({ code: 1, 'case:dies': 'crash', 'case:hangs': 'hang' });
  });

  it('records snapshots with --update, then compares with them', async () => {
    const file = write(
      'snapshots/s.yaml',
      'cases:\n  - { name: b, hook: tool_pre_invoke, payload: { n: 9223372036854775807 }, expect: { snapshot: true } }\n  - { name: a, method: no.such, expect: { error: { code: unknown_method }, snapshot: true } }\n',
    );
    const recorded = `${file}.snap.json`;
    const first = await test([file, '--only', 'case:*']);
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('snapshot: expected a recorded result (cpex test --update records it), found none');
    expect(existsSync(recorded)).toBe(false);
    const update = await test([file, '--only', 'case:*', '--update']);
    expect(update).toMatchObject({ code: 0, stderr: expect.stringContaining('recorded snapshots/s.yaml.snap.json') });
    const text = readFileSync(recorded, 'utf8');
    expect(text).toMatch(/^\{\n {2}"a": \{"code":"unknown_method".*\n {2}"b": .*9223372036854775807/);
    expect(await test([file, '--only', 'case:*'])).toMatchObject({ code: 0 });
    expect(await test([file, '--only', 'case:*', '--update'])).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('recorded'),
    });
    writeFileSync(recorded, text.replace('9223372036854775807', '9223372036854775806'));
    const changed = await test([file, '--only', 'case:*']);
    expect(changed.code).toBe(1);
    expect(changed.stdout).toContain(
      'snapshot.metadata.request.payload.n: expected 9223372036854775806, found 9223372036854775807',
    );
    writeFileSync(recorded, '{"a":');
    const broken = await test([file, '--only', 'case:*']);
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('does not hold recorded results') });
    rmSync(recorded);
  });
});
