import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport, Verdict } from '../../../src/model/event.js';
import { catalogueOf } from '../../../src/testing/conformance/catalogue.js';
import { verdictsOf } from '../broken/matrix.js';
import { Cli } from '../support/cli.js';
import { compileGoRelay, compileRustRelay, missingTools } from '../support/compile.js';
import { Terminal } from '../support/terminal.js';

const cli = new Cli();
afterAll(() => cli.remove());

const noTmux = spawnSync('tmux', ['-V']).status !== 0;
const HOST = ['--host', 'cliproxy'];

/** A fault that a plugin was built with; the variable RELAY_FAULT chooses it. */
interface Fault {
  readonly fault: string;
  readonly method: string;
  readonly run: { readonly code: number; readonly says: RegExp };
  readonly only: string;
  readonly verdict: Verdict;
  readonly timeoutMs?: number;
}

const COMMON: readonly Fault[] = [
  {
    fault: 'hang',
    method: 'executor.identifier',
    run: { code: 4, says: /did not return within 6000 ms during plugin\.register/ },
    only: 'register.ok',
    verdict: 'hang',
    timeoutMs: 6000,
  },
  {
    fault: 'late',
    method: 'executor.identifier',
    run: { code: 0, says: /called host\.log after its shutdown/ },
    only: 'life.silence',
    verdict: 'fail',
  },
  {
    fault: 'panic',
    method: 'executor.execute',
    run: { code: 4, says: /crashed with SIGABRT during executor\.execute \(call 2\)[.:].*no guard here/s },
    only: 'meta.caps',
    verdict: 'crash',
  },
];

const LANGUAGES = [
  {
    language: 'go',
    tools: ['cc', 'go'],
    compile: compileGoRelay,
    executed: { upstream: 'yes & <no>' },
    pieces: Array.from({ length: 50 }, (_, i) => `${'x'.repeat(i * 200)} ${i}\n`),
    faults: [
      ...COMMON,
      {
        fault: 'goroutine',
        method: 'executor.execute',
        run: { code: 4, says: /crashed with SIGABRT during executor\.execute.*alone in a goroutine/s },
        only: 'meta.caps',
        verdict: 'crash',
      },
    ] satisfies Fault[],
  },
  {
    language: 'rust',
    tools: ['cc', 'rustc'],
    compile: compileRustRelay,
    executed: { upstream: 'yes & <no>' },
    pieces: Array.from({ length: 50 }, (_, i) => `${i}${'y'.repeat(i * 300)}\n`),
    faults: [
      ...COMMON,
      // A reply with spare room, given back as if it had none: an allocator that is told sizes aborts.
      {
        fault: 'length',
        method: 'executor.identifier',
        run: { code: 4, says: /crashed with SIGABRT during plugin\.register/ },
        only: 'register.ok',
        verdict: 'crash',
      },
    ] satisfies Fault[],
  },
];

describe.each(LANGUAGES)("other people's plugin in $language", ({ tools, compile, executed, pieces, faults }) => {
  const missing = missingTools(...tools);
  const built = { good: '', broken: '' };
  beforeAll(() => {
    if (missing !== undefined) return;
    built.good = compile(cli.folder);
    built.broken = compile(cli.folder, true);
  }, 600_000);

  describe.skipIf(missing !== undefined)(`that is good${missing === undefined ? '' : ` (${missing})`}`, () => {
    const run = (...args: string[]) => cli.run(['run', '--plugin', built.good, ...HOST, ...args]);

    it('passes everything', { timeout: 240_000 }, async () => {
      const test = await cli.run(['test', built.good, ...HOST, '--reporter', 'json']);
      const report = JSON.parse(test.stdout) as TestReport;
      expect(verdictsOf(report)).toEqual({});
      expect(report.results.flatMap(({ findings }) => findings)).toEqual([]);
      expect(test).toMatchObject({ code: 0, stderr: '' });
      const passed = report.results.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id);
      // cb.stream alone has nothing to look at: the relay reads no stream of its host.
      const judged = catalogueOf('cliproxy').filter(({ id, level }) => level <= 5 && id !== 'cb.stream');
      expect(passed).toEqual(expect.arrayContaining(judged.map(({ id }) => id)));
    });

    it('streams from a thread of its own, far more than the host keeps', { timeout: 240_000 }, async () => {
      const text = await run('executor.execute_stream');
      expect(text).toMatchObject({ code: 0, stdout: pieces.join('') });
      const json = await run('--json', 'executor.execute_stream');
      const { result } = JSON.parse(json.stdout) as { result: { stream: { chunks: unknown[] } } };
      expect(result.stream.chunks).toHaveLength(50);
      const trace = (await run('--trace', 'executor.execute_stream')).stderr;
      const returned = trace.indexOf('← plugin executor.execute_stream response');
      expect(returned).toBeGreaterThan(0);
      expect(trace.indexOf('← plugin host.stream.close request')).toBeGreaterThan(returned);
      expect(trace.match(/← plugin host\.stream\.emit request/g)).toHaveLength(50);
    });

    it.skipIf(noTmux)('logs while somebody types, above the prompt', { timeout: 240_000 }, async () => {
      const terminal = new Terminal(cli, ['run', '--plugin', built.good, ...HOST], cli.folder);
      try {
        await terminal.shows(/is running\. Type help or exit\./);
        terminal.type('executor.iden');
        await terminal.shows(/cpex> executor\.iden$/m);
        await terminal.shows(/(debug alive.*\n){5,}cpex> executor\.iden\s*$/);
        terminal.type('tifier', 'Enter');
        // Its answer scrolls away too fast to be looked for.
        terminal.type('exit', 'Enter');
        await terminal.ends(0);
      } finally {
        terminal.close();
      }
    });

    it('calls its host during a call, and gets the answers of a file', { timeout: 240_000 }, async () => {
      const answers = path.join(cli.folder, 'answers.yaml');
      const body = JSON.stringify(executed);
      writeFileSync(answers, `http:\n  - url: https://relay.example.test/*\n    status: 200\n    body: '${body}'\n`);
      const value = await run('--json', '--answers', answers, 'executor.execute');
      const { result } = JSON.parse(value.stdout) as { result: { result: { Payload: string } } };
      expect(JSON.parse(Buffer.from(result.result.Payload, 'base64').toString())).toEqual(executed);
    });
  });

  describe.skipIf(missing !== undefined)(`that is broken${missing === undefined ? '' : ` (${missing})`}`, () => {
    it.each(faults)('$fault', { timeout: 240_000 }, async (one: Fault) => {
      const env = { RELAY_FAULT: one.fault };
      const limit = one.timeoutMs === undefined ? [] : ['--timeout', String(one.timeoutMs)];
      const run = await cli.run(['run', '--plugin', built.broken, ...HOST, ...limit, one.method], { env });
      expect({ code: run.code, stderr: run.stderr }).toEqual({
        code: one.run.code,
        stderr: expect.stringMatching(one.run.says),
      });
      const args = ['test', built.broken, ...HOST, ...limit, '--only', one.only, '--reporter', 'json'];
      const test = await cli.run(args, { env });
      expect(verdictsOf(JSON.parse(test.stdout) as TestReport)).toEqual({ [one.only]: one.verdict });
      expect(test.code).toBe(1);
    });
  });
});
