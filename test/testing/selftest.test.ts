import { afterAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../src/model/event.js';
import { CATALOGUE } from '../../src/testing/conformance/catalogue.js';
import { Workshop } from '../../src/testing/selftest/compile.js';
import { CORPUS } from '../../src/testing/selftest/corpus.js';
import { machineReason } from '../../src/testing/selftest/machine.js';
import { Cli } from './support/cli.js';
import { missingTools } from './support/compile.js';

const cli = new Cli();
afterAll(() => cli.remove());

/** The whole corpus is compiled and judged; on a busy machine with an empty cache that takes long. */
const LIMIT_MS = 40 * 60_000;

const missing = missingTools('cc');

describe('the corpus of the self-test', () => {
  it('has a broken plugin for every test, and names no test that is not there', () => {
    const known = CATALOGUE.map(({ id }) => id);
    const fired = new Set(CORPUS.flatMap(({ fires }) => Object.keys(fires)));
    expect(known.filter((id) => !fired.has(id))).toEqual([]);
    expect([...fired].filter((id) => !known.includes(id))).toEqual([]);
    expect(known.length).toBeGreaterThanOrEqual(110);
  });

  it('takes only what a machine lacks for a reason not to show a test', () => {
    const lacks = [
      'needs the C probe: no C compiler',
      'needs valgrind, which is not here',
      'needs go, which is missing here',
      'needs the Go modules of native/corpus/console: module lookup disabled by GOPROXY=off',
    ];
    expect(lacks.filter((reason) => !machineReason(reason))).toEqual([]);
    const others = ['needs register.ok', 'not judged yet', 'needs calls that come back', 'above --level 5'];
    expect(others.filter(machineReason)).toEqual([]);
  });
});

describe.skipIf(missingTools('go', 'cc') !== undefined)('a Go module of the corpus', () => {
  it('is left out by name where what it depends on cannot be had', async () => {
    const env = { ...process.env, GOPROXY: 'off', GOMODCACHE: `${cli.folder}/modules`, XDG_CACHE_HOME: cli.folder };
    const workshop = new Workshop({ env, signal: new AbortController().signal });
    const lacks = (await workshop.lacks('go', 'console')) ?? '';
    expect(lacks).toMatch(/^needs the Go modules of native\/corpus\/console: .*GOPROXY=off/);
    expect(machineReason(lacks)).toBe(true);
    // It has no dependencies.
    expect(await workshop.lacks('go', 'tau')).toBeUndefined();
  });
});

describe.skipIf(missing !== undefined)(`cpex test --selftest${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('sees every broken plugin and says nothing about a good one', { timeout: LIMIT_MS }, async () => {
    // Outside any project, into a cache that is empty.
    const env = { XDG_CACHE_HOME: `${cli.folder}/cache` };
    const args = ['test', '--selftest', '--reporter', 'json'];
    const { code, stdout } = await cli.run(args, { cwd: cli.folder, env, limitMs: LIMIT_MS });
    const { results } = JSON.parse(stdout) as TestReport;
    const loud = results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
    expect(loud.map(({ id, title, findings }) => ({ id, title, findings }))).toEqual([]);
    expect(results.filter(({ verdict, reason = '' }) => verdict === 'skip' && !machineReason(reason))).toEqual([]);
    expect(code).toBe(0);
  });

  it('narrows to what --only names, and says it in a few lines', { timeout: LIMIT_MS }, async () => {
    const args = ['test', '--selftest', '--only', 'meta.stable', '--only', 'init.version'];
    const { code, stdout } = await cli.run(args, { cwd: cli.folder, limitMs: LIMIT_MS });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}✓ meta\.stable +c\/broken\/unstable: warn$/m);
    expect(stdout).not.toContain('mem.');
    expect(stdout).toMatch(/✓ 2 ids shown to fire, \d+ good plugins silent/);
  });

  it('takes no library', async () => {
    const { code, stderr } = await cli.run(['test', 'x.so', '--selftest']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('takes no file') });
  });
});
