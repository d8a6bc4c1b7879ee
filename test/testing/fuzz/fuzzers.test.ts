import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../src/support/files.js';
import { fuzz, smaller } from '../../../src/testing/fuzz/run.js';
import { FUZZERS, type Fuzzer, type Step } from '../../../src/testing/fuzz/types.js';
import { compileC, missingTools } from '../support/compile.js';
import { subjectOf } from './subject.js';

const folder = await temporaryFolder('fuzzers');
afterAll(() => folder.remove());

const missing = missingTools('cc');
const text = (step: Step | undefined) => (step?.do === 'call' ? Buffer.from(step.body).toString() : step?.do);

describe.skipIf(missing !== undefined)(`fuzzers (${missing ?? 'all tools are here'})`, () => {
  it('find a half escape in bytes, and leave nothing but it', async () => {
    const subject = subjectOf(compileC('broken/half-escape', folder.path));
    const { found } = await fuzz('bytes', subject, { seed: 7, ms: 20_000 });
    expect(found).toMatchObject({ confirmed: true, seen: { kind: 'died', ending: { kind: 'crash' } } });
    if (found === undefined) return;
    const { case: small } = await smaller(subject, found, 20_000);
    expect(small.steps.map(text)).toEqual(['register', '\\ud83d']);
  });

  it('find a huge number in values, which stay valid requests', async () => {
    const subject = subjectOf(compileC('broken/huge-number', folder.path));
    const { found } = await fuzz('struct', subject, { seed: 7, ms: 20_000 });
    expect(found).toMatchObject({ confirmed: true, seen: { kind: 'died' } });
    if (found === undefined) return;
    const { case: small } = await smaller(subject, found, 20_000);
    expect(small.steps).toHaveLength(2);
    expect(text(small.steps[1])).toMatch(/^\{.*e\+3.*\}$/);
  });

  it('find that the third change of the configuration is one too many', async () => {
    const subject = subjectOf(compileC('broken/third-reconfigure', folder.path));
    const { found } = await fuzz('seq', subject, { seed: 7, ms: 5000 });
    expect(found).toMatchObject({ confirmed: true, seen: { kind: 'died' } });
    if (found === undefined) return;
    const { case: small } = await smaller(subject, found, 20_000);
    const methods = small.steps.map((step) => (step.do === 'call' ? step.method : step.do));
    expect(methods.filter((method) => method === 'plugin.reconfigure')).toHaveLength(3);
    expect(methods.length).toBeLessThanOrEqual(4);
  });

  it("find that the host's answer is not looked at", async () => {
    const subject = subjectOf(compileC('broken/answer-without-member', folder.path));
    const { found } = await fuzz('host', subject, { seed: 7, ms: 20_000 });
    expect(found).toMatchObject({ confirmed: true, seen: { kind: 'died' } });
    if (found === undefined) return;
    const { case: small } = await smaller(subject, found, 20_000);
    expect(small.answers).toHaveLength(1);
    expect(String(Buffer.from(small.answers?.[0]?.body ?? []))).toMatch(/^\{"ok":true/);
  });

  it('come to the same with the same seed', async () => {
    const subject = subjectOf(compileC('broken/half-escape', folder.path));
    for (const fuzzer of ['bytes', 'struct'] as const) {
      const [one, other] = [
        await fuzz(fuzzer, subject, { seed: 21, ms: 20_000 }),
        await fuzz(fuzzer, subject, { seed: 21, ms: 20_000 }),
      ];
      expect(one.found?.origin).toBeDefined();
      expect(other.found?.origin).toBe(one.found?.origin);
      expect(other.found?.case).toEqual(one.found?.case);
    }
  });

  it.each(FUZZERS)('%s: nothing about a good plugin', async (fuzzer: Fuzzer) => {
    const run = await fuzz(fuzzer, subjectOf(compileC('good', folder.path)), { seed: 7, ms: 1500 });
    expect(run.found).toBeUndefined();
    if (fuzzer === 'host') expect(run.unproven).toContain('asks its host for nothing');
    else expect(run.calls).toBeGreaterThan(0);
  });

  it('go on where a plugin never returns', async () => {
    const subject = { ...subjectOf(compileC('broken/hang-call', folder.path)), callDeadline: 300 };
    const { found } = await fuzz('bytes', subject, { seed: 7, ms: 5000, method: 'hook.invoke' });
    expect(found).toMatchObject({ seen: { kind: 'died', ending: { kind: 'hang' } } });
  });
});
