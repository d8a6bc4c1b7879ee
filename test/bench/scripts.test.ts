// The benchmarks run and say something; how fast anything is, is not a test's business.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const bench = path.join(root, 'bench');
const scripts = readdirSync(bench).filter((name) => name.endsWith('.mjs') && name !== 'all.mjs');
const hasCompiler = spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;
const scratch = mkdtempSync(path.join(tmpdir(), 'cpex-bench-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly value?: number;
  readonly verdict: string;
}

describe.skipIf(process.platform !== 'linux' || !hasCompiler)('benchmarks (Linux with a C compiler)', () => {
  test.each(scripts)(
    '%s measures, names its budgets and leaves nothing behind',
    (script) => {
      const output = execFileSync(process.execPath, [path.join(bench, script), '--quick', '--json'], {
        encoding: 'utf8',
        env: { ...process.env, TMPDIR: scratch },
      });
      const { title, rows } = JSON.parse(output) as { title: string; rows: Row[] };
      expect(title).not.toBe('');
      expect(rows.length).toBeGreaterThan(1);
      for (const { what, measured, value } of rows) {
        expect(what).not.toBe('');
        // A row of the pipeline has several parts: `28.7 ms, host 28.5 ms, CPU 1.37 ms`, `6.3 ms, constant −9.7 ms`.
        for (const part of measured.split(/, (?:host|CPU|constant) /))
          expect(part).toMatch(/^−?\d[\d.]* (ns|µs|ms|s|MiB)$|^\d[\d,]* calls\/s$/);
        if (value !== undefined) expect(value).toBeGreaterThan(0);
      }
      // What a hook through a pipeline and a call over gRPC may cost, nobody has said.
      const judged = rows.filter(({ verdict }) => verdict === 'within' || verdict === 'over');
      expect(judged.length > 0).toBe(!['pipeline.mjs', 'transports.mjs'].includes(script));
      expect(readdirSync(scratch)).toEqual([]);
    },
    300_000,
  );

  test('all.mjs measures each of them', () => {
    const all = readFileSync(path.join(bench, 'all.mjs'), 'utf8');
    for (const script of scripts) expect(all).toContain(`from './${script}'`);
  });
});
