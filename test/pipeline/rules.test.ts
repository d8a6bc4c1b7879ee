import { describe, expect, it } from 'vitest';
import { formatName, formatNames } from '../../src/hosts/cliproxy/formats.js';
import { canonicalHeader } from '../../src/hosts/cliproxy/go-headers.js';
import { frontendOrder, shareOut, shareThinking } from '../../src/pipeline/cliproxy/claims.js';
import { chooseFormats } from '../../src/pipeline/cliproxy/formats.js';
import { mergeHeaders, nullWhenEmpty, readHeaders } from '../../src/pipeline/cliproxy/headers.js';

describe('formats', () => {
  it('goes by the names of the host', () => {
    expect(
      ['Chat-Completions', ' openai_chat_completions ', 'responses', 'Anthropic', 'none', '', 'Own'].map(formatName),
    ).toEqual(['openai', 'openai', 'openai-response', 'claude', '', '', 'Own']);
    expect(formatNames(['openai', 'chat-completions', '', 'claude'])).toEqual(['openai', 'claude']);
  });

  it('chooses what an executor gets and gives', () => {
    const none = { requests: false, responses: false };
    const choose = (input: string[], output: string[], requested: string, translators = none) =>
      chooseFormats('demo', { input, output }, requested, translators);
    expect(choose(['claude', 'openai'], ['claude', 'openai'], 'openai')).toEqual({ input: 'openai', output: 'openai' });
    expect(choose(['claude'], ['claude'], 'openai')).toEqual({ input: 'claude', output: 'claude' });
    expect(choose([], ['openai'], 'openai')).toEqual({ problem: 'plugin executor demo declares no input formats' });
    expect(choose(['openai'], [], 'openai')).toEqual({ problem: 'plugin executor demo declares no output formats' });
    expect(choose(['own'], ['own'], 'openai')).toEqual({
      problem: 'plugin executor demo does not support input format "openai"',
    });
    expect(choose(['openai'], ['own'], 'openai')).toEqual({
      problem: 'plugin executor demo does not support output format "openai"',
    });
    expect(choose(['own'], ['own'], 'openai', { requests: true, responses: true })).toEqual({
      input: 'own',
      output: 'own',
    });
  });
});

describe('headers', () => {
  it('are written as Go writes them', () => {
    expect(['x-api-key', 'CONTENT-TYPE', 'x', 'two words', 'a_b-c'].map(canonicalHeader)).toEqual([
      'X-Api-Key',
      'Content-Type',
      'X',
      'two words',
      'A_b-C',
    ]);
    expect(readHeaders({ 'x-a': 'one', 'X-B': ['two', 'three'] })).toEqual({ 'X-A': ['one'], 'X-B': ['two', 'three'] });
    expect(readHeaders({ a: 1 })).toBeUndefined();
    expect(readHeaders(['a'])).toBeUndefined();
    expect(nullWhenEmpty({})).toBeNull();
  });

  it('are cleared first and replaced one by one', () => {
    const current = { 'X-A': ['1'], 'X-B': ['2'], 'X-C': ['3'] };
    expect(mergeHeaders(current, { 'x-b': ['new'], 'x-a': ['again'] }, ['x-a', 'X-C'])).toEqual({
      'X-A': ['again'],
      'X-B': ['new'],
    });
    expect(mergeHeaders(current, { 'X-B': [] }, [])).toEqual({ 'X-A': ['1'], 'X-C': ['3'] });
    expect(current).toEqual({ 'X-A': ['1'], 'X-B': ['2'], 'X-C': ['3'] });
  });
});

describe('who gets what', () => {
  const claimant = (id: string, priority: number, provider: string, models: readonly string[], executor = true) => ({
    id,
    priority,
    provider,
    executor,
    models: models.map((ID) => ({ ID })),
  });

  it('gives a provider and a model to the plugin of higher rank', () => {
    const { executors, models, warnings } = shareOut(
      [
        claimant('low', 0, 'acme', ['m1', 'm2']),
        claimant('high', 5, 'acme', ['m1']),
        claimant('other', 0, 'beta', ['m1', 'm3']),
        claimant('poor', 0, 'gamma', ['m3']),
        claimant('list', 0, 'acme', ['m9'], false),
      ],
      new Set(),
    );
    expect([...executors]).toEqual([
      ['acme', 'high'],
      ['beta', 'other'],
    ]);
    expect(models.map(({ model, provider, plugin }) => [model.ID, provider, plugin])).toEqual([
      ['m1', 'acme', 'high'],
      ['m9', 'acme', 'list'],
      ['m3', 'beta', 'other'],
    ]);
    expect(warnings).toEqual([
      'plugin low: provider acme belongs to plugin high, so this executor is skipped',
      'plugin other: model m1 belongs to plugin high, skipped',
      'plugin poor: model m3 belongs to plugin other, skipped',
    ]);
  });

  it('leaves the providers of the host to the host', () => {
    const { executors, warnings } = shareOut([claimant('a', 0, 'claude', ['m'])], new Set(['claude']));
    expect(executors.size).toBe(0);
    expect(warnings).toEqual(['plugin a: the host serves provider claude by itself, so this executor is skipped']);
  });

  it('lets one plugin apply thinking for a provider', () => {
    const claim = (id: string, priority: number, provider: string) => ({ id, priority, provider });
    const { appliers, warnings } = shareThinking([claim('b', 1, 'own'), claim('a', 1, 'own'), claim('c', 9, 'claude')]);
    expect([...appliers]).toEqual([['own', 'a']]);
    expect(warnings).toHaveLength(2);
  });

  it('asks the exclusive frontend authentication of the highest rank alone', () => {
    const one = (id: string, priority: number, exclusive: boolean) => ({
      id,
      priority,
      exclusive,
      key: `plugin:${id}:x`,
    });
    const all = [one('a', 9, false), one('c', 1, true), one('b', 1, true)];
    expect(frontendOrder(all).asked.map(({ id }) => id)).toEqual(['b']);
    expect(frontendOrder(all).warnings).toHaveLength(2);
    expect(frontendOrder([one('z', 0, false), one('a', 1, false)]).asked.map(({ id }) => id)).toEqual(['a', 'z']);
  });
});
