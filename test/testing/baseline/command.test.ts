import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import { Cli } from '../support/cli.js';
import { compileText, missingTools } from '../support/compile.js';

const missing = missingTools('cc');
const METADATA = (version: string) =>
  `#define METADATA "{\\"id\\":\\"plugin\\",\\"name\\":\\"Plugin\\",\\"version\\":\\"${version}\\",\\"author\\":\\"Tests\\"}"\n`;
const HOOKS = (...names: string[]) =>
  `#define CAPABILITIES "{\\"hooks\\":[${names.map((name) => `\\"${name}\\"`).join(',')}]}"\n`;

describe.skipIf(missing !== undefined)(`cpex test --baseline (${missing ?? 'with cc'})`, () => {
  const cli = new Cli();
  afterAll(() => cli.remove());
  const build = (name: string, text: string) => compileText(name, `${text}#include "good.h"\n`, cli.folder);
  let old: string;
  beforeAll(() => {
    mkdirSync(cli.folder, { recursive: true });
    old = build('old', METADATA('1.2.3'));
  });

  async function compare(name: string, text: string) {
    const library = build(name, text);
    const run = await cli.run(['test', library, '--baseline', old, '--only', 'baseline.*', '--reporter', 'json']);
    const { results } = JSON.parse(run.stdout) as TestReport;
    const of = (aspect: string) => results.find(({ id }) => id === `baseline.${aspect}`);
    return { code: run.code, said: (aspect: string) => of(aspect)?.findings.map(({ message }) => message), of };
  }

  it('finds nothing in the same build', async () => {
    const { code, said } = await compare('same', METADATA('1.2.3'));
    expect({ code, version: said('version'), methods: said('methods') }).toEqual({ code: 0, version: [], methods: [] });
  });

  it('asks for a minor step for a new hook, and takes one', async () => {
    const more = HOOKS('tool_pre_invoke', 'tool_post_invoke');
    const cheap = await compare('cheap', METADATA('1.2.4') + more);
    expect(cheap.code).toBe(1);
    expect(cheap.said('methods')).toEqual(['new: hooks[tool_post_invoke] is new.']);
    expect(cheap.said('version')).toEqual([
      'The changes since 1.2.3 owe a minor step, so 1.3.0 at least; it is 1.2.4.',
    ]);
    const paid = await compare('paid', METADATA('1.3.0') + more);
    expect({ code: paid.code, said: paid.said('version') }).toEqual({ code: 0, said: [] });
  });

  it('asks for a major step for an answer that has become an error', async () => {
    const { code, said } = await compare(
      'error',
      `${METADATA('1.9.0')}#define ON_HOOK() return reply(out, ERROR("no", "not any more"))\n`,
    );
    expect(code).toBe(1);
    expect(said('behaviour')).toEqual(['breaking: The answer to hook.invoke is the error no; it was a result.']);
    expect(said('version')?.[0]).toContain('owe a major step, so 2.0.0 at least');
  });

  it('sees a plugin that dies of what the old one answered', async () => {
    const { said } = await compare('dies', `${METADATA('2.0.0')}#define ON_HOOK() return *(volatile int *)0 = 1\n`);
    expect(said('behaviour')).toEqual([
      'breaking: The answer to hook.invoke does not come any more: the plugin dies or hangs.',
    ]);
  });

  it('refuses what is no plugin', async () => {
    const run = await cli.run(['test', old, '--baseline', path.resolve('package.json')]);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('CPEX_E_TEST_BASELINE') });
  });
});
