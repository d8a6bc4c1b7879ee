import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REPORTER_NAMES } from '../../src/report/reporters/sinks.js';
import { validate } from '../../src/support/schemas.js';
import { MATCHERS, match } from '../../src/testing/cases/match.js';
import { readCases } from './support/case-text.js';

const root = path.resolve(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'docs/cases.md'), 'utf8');
const schema = JSON.parse(readFileSync(path.join(root, 'schemas/case.json'), 'utf8')) as {
  $defs: Record<'Case' | 'Expect', { properties: Record<string, { properties?: Record<string, unknown> }> }>;
};
const blocks = [...text.matchAll(/^```yaml([^\n]*)\n(.*?)^```$/gms)].map(([, info = '', body = '']) => ({
  info: info.trim(),
  body,
}));
const cases = blocks
  .filter(({ info }) => info === '')
  .map(({ body }) => ({ title: /name: (.*)/.exec(body)?.[1] ?? body, body }));

/** Every key and every text in a value. */
function words(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(words);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [key, ...words(one)]);
}

describe('docs/cases.md', () => {
  it.each(cases)('shows a case file that can be read: $title', async ({ body }) => {
    const ajv = new Ajv2020({ strict: false });
    const check = ajv.compile(schema);
    expect({ fits: check(parse(body)), errors: check.errors }).toEqual({ fits: true, errors: null });
    expect((await readCases(body)).length).toBeGreaterThan(0);
  });

  it('shows settings that a manifest takes', () => {
    const settings = blocks.filter(({ info }) => info === 'cpex.yaml');
    expect(settings).toHaveLength(2);
    const base = {
      manifest: 1,
      id: 'p',
      version: '1.0.0',
      author: 'A',
      language: 'c',
      host: 'cpex',
      capabilities: ['hook:elicit'],
    };
    for (const { body } of settings) expect(validate('manifest', { ...base, ...(parse(body) as object) })).toEqual([]);
  });

  it('uses every key of the schema and every matcher in an example', () => {
    const used = new Set(cases.flatMap(({ body }) => words(parse(body))));
    const { properties } = schema.$defs.Case;
    const keys = [...Object.keys(properties.host?.properties ?? {}), ...Object.keys(schema.$defs.Expect.properties)];
    const http = [
      'method',
      'url',
      'status',
      'headers',
      'body',
      'delay_ms',
      'error',
      'chunks',
      'body_bytes',
      'body_base64',
    ];
    const all = [...Object.keys(properties), ...keys, ...http, ...MATCHERS, 'plugin', 'step'];
    expect(all.filter((key) => !used.has(key))).toEqual([]);
  });

  it('names every matcher, reporter, verdict and flag', () => {
    for (const name of [...MATCHERS, ...REPORTER_NAMES]) expect(text).toContain(`\`${name}`);
    for (const verdict of ['pass', 'warn', 'skip', 'fail', 'crash', 'hang', 'harness-fault']) {
      expect(text).toContain(`| ${verdict} |`);
    }
    const manifest = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8')) as {
      commands: { test: { flags: Record<string, unknown> } };
    };
    const flags = [...text.matchAll(/(?<!-)--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag);
    expect(
      flags.filter(
        (flag) => !['record', 'answers', 'allow-net'].includes(flag) && !(flag in manifest.commands.test.flags),
      ),
    ).toEqual([]);
  });

  it('is right about the example of all matchers', async () => {
    const [one] = await readCases(cases.find(({ title }) => title === 'shows every matcher')?.body ?? '');
    const result = {
      continue_processing: true,
      modified_payload: {
        name: 'search',
        result: {
          items: [{ id: 6 }, { id: 7, more: 1 }],
          total: 2,
          pages: ['a', 'b'],
          cursor: null,
          body: Buffer.from('{"ok":true}').toString('base64'),
          state: 'closed early',
          owner: 'ada',
          limits: { per_page: 10 },
        },
      },
    };
    expect(match(result, one?.expect.result)).toEqual([]);
    expect(match({ ...result, violation: null }, one?.expect.result)).toHaveLength(1);
  });
});
