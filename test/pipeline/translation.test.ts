import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { wantedThinking } from '../../src/pipeline/cliproxy/thinking.js';
import { missingTools } from '../testing/support/compile.js';
import { Bench, executor, type Line, serving, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

const one = (capability: string, method: string, action: string, argument?: unknown, priority = 0) => ({
  capabilities: { [capability]: true },
  priority,
  lines: [[method, action, argument]] as Line[],
});
const changes = (text: string) => ({ Body: `@ADD:${text}@` });

describe.skipIf(missing !== undefined)(`translation${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('chains normalisers, takes the first translator with a body, and is silent about errors', async () => {
    const host = await bench.start({
      n1: one('request_normalizer', 'request.normalize', 'result', changes('+n1'), 9),
      n2: one('request_normalizer', 'request.normalize', 'error', { message: 'no' }, 8),
      n3: one('request_normalizer', 'request.normalize', 'result', { Body: '' }, 7),
      n4: one('request_normalizer', 'request.normalize', 'result', changes('+n4'), 6),
      t1: one('request_translator', 'request.translate', 'result', { Body: null }, 9),
      t2: one('request_translator', 'request.translate', 'result', changes('+t2'), 8),
      t3: one('request_translator', 'request.translate', 'crash', undefined, 7),
      b1: one('response_before_translator', 'response.normalize_before', 'result', changes('+before')),
      r1: one('response_translator', 'response.translate', 'error', { message: 'no' }, 2),
      r2: one('response_translator', 'response.translate', 'result', changes('+translated'), 1),
      a1: one('response_after_translator', 'response.normalize_after', 'result', changes('+after')),
      acme: {
        capabilities: executor('own'),
        lines: serving('acme', ['m'], ['executor.execute', 'result', { Payload: '@B64:reply@' }]),
      },
    });
    const { body, steps } = await host.ask({ body: Buffer.from('start') });
    expect(body).toBe('reply+before+translated+after');
    expect(host.said('request.normalize', steps)).toEqual([
      'n1: changed',
      'n2: failed no (the host keeps the body and says nothing)',
      'n3: declined an empty body',
      'n4: changed',
    ]);
    expect(host.said('request.translate', steps)).toEqual(['t1: declined an empty body', 't2: changed']);
    expect(steps.find(({ stage, plugin }) => stage === 'request.translate' && plugin === 't2')?.changes).toEqual([
      { what: 'body', before: 'start+n1+n4', after: 'start+n1+n4+t2' },
    ]);
    expect(host.said('response.translate', steps)).toEqual([
      'r1: failed no (the host keeps the body and says nothing)',
      'r2: changed',
    ]);
  });

  it('uses the names of the host in both directions', async () => {
    const echo: Line[] = [['response.translate', 'result', { Body: '@REQUEST@' }]];
    const host = await bench.start({
      r: { capabilities: { response_translator: true }, lines: echo },
      acme: {
        capabilities: executor('anthropic'),
        lines: serving('acme', ['m'], ['executor.execute', 'result', { Payload: '@B64:reply@' }]),
      },
    });
    const { body, steps } = await host.ask({ format: 'openai', exit: 'gemini' });
    expect(JSON.parse(body)).toMatchObject({
      FromFormat: 'claude',
      ToFormat: 'gemini',
      Model: 'm',
      Stream: false,
      OriginalRequest: Buffer.from('{"model":"m"}').toString('base64'),
      Body: Buffer.from('reply').toString('base64'),
    });
    expect(host.said('request.translate', steps)).toEqual([
      'host: warning CLIProxyAPI translates between openai and claude by itself, without asking plugins; cpex does not, and asks them',
    ]);
  });

  it('does not translate what comes in the format of the executor', async () => {
    const host = await bench.start({
      n: one('request_normalizer', 'request.normalize', 'crash'),
      acme: {
        capabilities: executor('openai'),
        lines: serving('acme', ['m'], ['executor.execute', 'result', { Payload: '@B64:reply@' }]),
      },
    });
    expect((await host.ask()).body).toBe('reply');
    expect(host.said('process')).toEqual([]);
  });

  it("applies thinking for a provider of the host's own, unless the host does that itself", async () => {
    const applies = (provider: string, line: Line, priority = 0) => ({
      capabilities: { thinking_applier: true },
      priority,
      lines: [['thinking.identifier', 'result', { identifier: provider }], line] as Line[],
    });
    const host = await bench.start(
      {
        high: applies('Own', ['thinking.apply', 'result', { Body: '@ADD: thinking@' }], 2),
        low: applies('own', ['thinking.apply', 'crash'], 1),
        native: applies('claude', ['thinking.apply', 'crash']),
        seen: {
          capabilities: { response_translator: true },
          lines: [['response.translate', 'result', { Body: '@REQUEST@' }]],
        },
      },
      { upstreams: [upstream({ provider: 'own', format: 'openai' })] },
    );
    expect(host.said('conflicts')).toEqual([
      'host: warning plugin low: thinking for own belongs to plugin high, so this applier is never asked',
      'host: warning plugin native: the host applies thinking for claude by itself, so this applier is never asked',
    ]);
    const { body, steps } = await host.ask({ body: Buffer.from('{"model":"m","reasoning_effort":"high"}') });
    expect(host.said('thinking.apply', steps)).toEqual(['high: changed']);
    const sent = Buffer.from(
      (JSON.parse(body) as { TranslatedRequest: string }).TranslatedRequest,
      'base64',
    ).toString();
    expect(sent).toBe('{"model":"m","reasoning_effort":"high"} thinking');
    expect(host.said('thinking.apply', (await host.ask()).steps)).toEqual([
      'high: skipped the request says nothing of thinking',
    ]);
  });
});

describe('what a request says of thinking', () => {
  const budget = (Budget: number) => ({ Mode: 'budget', Budget, Level: '' });
  const level = (Level: string) => ({ Mode: 'level', Budget: 0, Level });
  it.each([
    ['m(8192)', 'openai', {}, budget(8192)],
    ['m(high)', 'openai', { reasoning_effort: 'low' }, level('high')],
    ['m(none)', 'openai', {}, { Mode: 'none', Budget: 0, Level: '' }],
    ['m(0)', 'openai', {}, { Mode: 'none', Budget: 0, Level: '' }],
    ['m(-1)', 'openai', {}, { Mode: 'auto', Budget: -1, Level: '' }],
    ['m(tall)', 'openai', {}, undefined],
    ['m', 'openai', { reasoning_effort: 'low' }, level('low')],
    ['m', 'openai-response', { reasoning: { effort: 'auto' } }, { Mode: 'auto', Budget: -1, Level: '' }],
    ['m', 'claude', { thinking: { type: 'enabled', budget_tokens: 1024 } }, budget(1024)],
    ['m', 'claude', { thinking: { type: 'disabled' } }, { Mode: 'none', Budget: 0, Level: '' }],
    ['m', 'gemini', { generationConfig: { thinkingConfig: { thinkingBudget: 5 } } }, budget(5)],
    ['m', 'gemini', { generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } } }, level('high')],
    ['m', 'own', { reasoning_effort: 'low' }, undefined],
  ])('%s in %s with %j', (model, format, body, expected) => {
    expect(wantedThinking(model, format, Buffer.from(JSON.stringify(body)))).toEqual(expected);
  });
});
