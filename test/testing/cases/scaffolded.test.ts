import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import { Cli } from '../support/cli.js';
import { missingTools } from '../support/compile.js';
import { LOGIC, patch, scaffold } from '../support/scaffold.js';

const missing = missingTools('cc', 'go');
const cli = new Cli();
afterAll(() => cli.remove());

/** Asks for a price over HTTP unless the store knows it, and denies when it is too high. */
const HANDLER = `	if ctx.Cancelled() {
		return cpex.Deny("cancelled", "the caller has gone"), nil
	}
	store := ctx.Host().KV(cpex.KvScopePlugin)
	price, known, err := store.Get("price")
	if err != nil {
		return cpex.Verdict{}, err
	}
	if !known {
		answer, err := ctx.Host().HttpDo(cpex.HttpRequest{Method: "GET", URL: "https://shop.test/price"})
		if err != nil {
			return cpex.Verdict{}, err
		}
		price = answer.Body
		if err := store.Set("price", price); err != nil {
			return cpex.Verdict{}, err
		}
	}
	limit, err := ctx.Host().ConfigRead(cpex.ConfigReadRequest{Path: "limit.txt"})
	if err != nil {
		return cpex.Verdict{}, err
	}
	ctx.Log().Info("compared", "price", string(price), "limit", string(limit.Content))
	if limit.Found && len(price) > len(limit.Content) {
		return cpex.Deny("too_high", "the price is "+string(price)), nil
	}
	return cpex.Allow(), nil`;

const CASES = `cases:
  - name: fetches and stores the price
    hook: tool_pre_invoke
    host:
      http: [{ url: "https://shop.test/*", body: "12" }]
      config: { limit.txt: "99" }
    expect:
      verdict: allow
      logs: [{ message: compared, fields: { price: "12", limit: "99" } }]
      calls: [{ method: host.http.do }, { method: host.kv.set, request: { key: price, value: MTI= }, ok: true }]
  - name: knows the price and denies
    hook: tool_pre_invoke
    host: { kv: { plugin: { price: "1200" } }, config: { limit.txt: "99" } }
    expect:
      verdict: deny
      result: { violation: { code: too_high, reason: { $regex: "1200$" } } }
  - name: passes a failure on
    hook: tool_pre_invoke
    host: { http: [{ url: "*", error: connection reset }] }
    expect: { error: { code: { $any: true }, message: { $contains: connection reset } } }
  - name: stops when it is cancelled
    hook: tool_pre_invoke
    host: { cancelled: true }
    expect: { result: { violation: { code: cancelled } }, calls: [{ method: host.cancelled }] }
`;

describe.skipIf(missing !== undefined)(
  `a scaffolded plugin in Go${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    it('gets what its cases script', { timeout: 300_000 }, async () => {
      const cwd = await scaffold(cli, 'shop', 'go');
      patch(
        path.join(cwd, LOGIC.go),
        '\tctx.Log().Info("allowed", "hook", ctx.Hook)\n\treturn cpex.Allow(), nil',
        HANDLER,
      );
      writeFileSync(path.join(cwd, 'tests', 'cases', 'shop.yaml'), CASES);
      const { code, stdout, stderr } = await cli.run(
        ['test', 'tests/cases/shop.yaml', '--only', 'case:*', '--reporter', 'json'],
        { cwd },
      );
      expect(stdout, stderr).not.toBe('');
      const report = JSON.parse(stdout) as TestReport;
      const failed = report.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
      expect(failed).toEqual([]);
      expect({ code, passed: report.summary.passed }).toEqual({ code: 0, passed: 4 });
      rmSync(cwd, { recursive: true });
    });
  },
);
