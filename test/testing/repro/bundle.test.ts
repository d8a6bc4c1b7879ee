import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import { validate } from '../../../src/support/schemas.js';
import { isSecretName, redact, withoutSecrets } from '../../../src/support/secrets.js';
import { TraceRing } from '../../../src/testing/repro/trace-ring.js';
import { Cli } from '../support/cli.js';
import { compileText, missingTools } from '../support/compile.js';

const missing = missingTools('cc');
const noGdb = missing ?? missingTools('gdb');

/** Dies of its first hook call. */
const DIES = '#define ON_HOOK() return *(volatile int *)0 = 1\n#include "good.h"\n';

describe.skipIf(missing !== undefined)(`a test that fails (${missing ?? 'with cc'})`, () => {
  const cli = new Cli();
  afterAll(() => cli.remove());
  const library = missing === undefined ? compileText('dies', DIES, cli.folder) : '';
  const folder = path.join(cli.folder, 'what failed');
  const file = path.join(folder, 'env.rc.json');
  const env = { HUSH_TOKEN: 'a-token-of-mine', LC_TIME: 'a-token-of-mine' };

  it('leaves what it takes to see it again, and says how', { timeout: 60_000 }, async () => {
    const run = await cli.run(['test', library, '--only', 'env.rc', '--repro', folder, '--seed', '7'], { env });
    expect(run).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("cpex test --replay 'what failed/env.rc.json'"),
    });
    const text = readFileSync(file, 'utf8');
    const bundle = JSON.parse(text);
    expect(validate('repro', bundle)).toEqual([]);
    expect(bundle).toMatchObject({
      test: { suite: 'conformance', id: 'env.rc' },
      verdict: 'crash',
      host: 'cpex',
      seed: 7,
      environment: { variables: { LC_TIME: '(removed)' } },
    });
    expect(text).not.toContain('a-token-of-mine');
    // The call of which it died is the last one on record.
    const calls = bundle.trace.filter((one: { kind: string }) => one.kind === 'request');
    expect(calls.at(-1)).toMatchObject({ method: 'hook.invoke', direction: 'to-plugin' });
  });

  it('comes to the same when it is replayed from another folder', { timeout: 60_000 }, async () => {
    const run = await cli.run(['test', '--replay', file, '--reporter', 'json'], { cwd: path.parse(cli.folder).root });
    const report = JSON.parse(run.stdout) as TestReport;
    expect({ code: run.code, seed: report.seed }).toEqual({ code: 1, seed: 7 });
    const ran = report.results.filter(({ verdict }) => verdict !== 'skip').map(({ id, verdict }) => [id, verdict]);
    expect(ran).toEqual([['env.rc', 'crash']]);
  });

  it('is replayed with another library that is named, and says that it is another one', {
    timeout: 60_000,
  }, async () => {
    const good = compileText('lives', '#include "good.h"\n', cli.folder);
    const run = await cli.run(['test', good, '--replay', file]);
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('is not the library that failed') });
  });

  it('is replayed with the configuration that it failed with', { timeout: 60_000 }, async () => {
    const other = path.join(cli.folder, 'configured.json');
    const bundle = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(other, JSON.stringify({ ...bundle, config: { region: 'north' } }));
    const anew = path.join(cli.folder, 'anew');
    expect(await cli.run(['test', '--replay', other, '--repro', anew])).toMatchObject({ code: 1 });
    const again = JSON.parse(readFileSync(path.join(anew, 'env.rc.json'), 'utf8'));
    expect(again.config).toEqual({ region: 'north' });
  });

  it('is not replayed without its library, or from something else', async () => {
    const other = path.join(cli.folder, 'other.json');
    writeFileSync(other, '{"v":1}');
    expect(await cli.run(['test', '--replay', other])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('CPEX_E_REPRO_INVALID'),
    });
    expect(await cli.run(['test', '--replay', path.join(cli.folder, 'none.json')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no such file'),
    });
    const moved = JSON.parse(readFileSync(file, 'utf8'));
    moved.artefact.path = path.join(cli.folder, 'gone.so');
    writeFileSync(other, JSON.stringify(moved));
    expect(await cli.run(['test', '--replay', other])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('CPEX_E_REPRO_ARTEFACT'),
    });
  });

  it('leaves nothing behind when it passes', { timeout: 60_000 }, async () => {
    const good = compileText('passes', '#include "good.h"\n', cli.folder);
    const empty = path.join(cli.folder, 'empty');
    expect(await cli.run(['test', good, '--only', 'env.rc', '--repro', empty])).toMatchObject({ code: 0 });
    expect(existsSync(empty)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it.skipIf(noGdb !== undefined)(`runs under a debugger (${noGdb ?? 'with gdb'})`, { timeout: 120_000 }, async () => {
    const debug = ['--debug', '--debugger', 'gdb -q -batch -ex run -ex bt --args'];
    const run = await cli.run(['test', library, '--only', 'env.rc', ...debug]);
    expect(run.stderr).toMatch(/received signal SIGSEGV.*#0 .*\bcall \(/s);
    expect(run.stdout).not.toContain('#0');
  });

  it('needs one test and somebody at a terminal for a debugger', async () => {
    expect(await cli.run(['test', library, '--debug', '--debugger', 'gdb', '--only', 'env.*'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--debug runs one test'),
    });
    expect(await cli.run(['test', library, '--debug', '--only', 'env.rc'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('CPEX_E_TEST_DEBUGGER'),
    });
  });
});

describe('secrets', () => {
  it.each(['PASSWORD', 'db_passwd', 'GITHUB_TOKEN', 'api_key', 'apiKey', 'client-secret', 'KEY'])(
    '%s is one',
    (name) => {
      expect(isSecretName(name)).toBe(true);
    },
  );

  it.each(['keyboard', 'monkey', 'LANG', 'author', 'path'])('%s is none', (name) => {
    expect(isSecretName(name)).toBe(false);
  });

  it('are taken out of values and of texts that repeat them', () => {
    const { value, secrets } = withoutSecrets({
      a: 1,
      auth: { password: 'hunter2!', list: ['x'] },
      tokens: ['longer', 3],
    });
    expect(value).toEqual({ a: 1, auth: { password: '(removed)', list: ['x'] }, tokens: ['(removed)', '(removed)'] });
    expect(redact('hunter2! and 3 and longer', secrets)).toBe('(removed) and 3 and (removed)');
  });
});

it('a test that makes many calls keeps the last ones, in order', () => {
  const ring = new TraceRing();
  const listen = ring.session();
  for (let sequence = 0; sequence < 450; sequence++) {
    const body = new Uint8Array(10_000);
    listen({ sequence, timeNs: 0, direction: 'to-plugin', kind: 'request', id: 1, method: 'm', size: 10_000, body });
  }
  const kept = ring.records();
  expect(kept.map(({ record }) => record.sequence)).toEqual(Array.from({ length: 200 }, (_, at) => 250 + at));
  expect(kept[0]?.record.body.length).toBe(4096);
});
