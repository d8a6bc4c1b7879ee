import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../src/model/event.js';
import { ERRORS, FAILED, GARBAGE, NOTHING } from '../../../src/testing/conformance/callbacks/host-answers.js';
import { Cli } from '../support/cli.js';
import { compileC, missingTools } from '../support/compile.js';
import { complaints, judged } from '../support/judged.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-callbacks-'));
const cli = new Cli();
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cli.remove();
});

describe('hostile answers', () => {
  it('have names of their own', () => {
    for (const list of [FAILED, ERRORS, NOTHING, GARBAGE]) {
      const names = list.map(([name]) => name);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
  });

  it('are what they are called', () => {
    expect(FAILED.every(([, { code }]) => code !== 0)).toBe(true);
    expect(NOTHING.every(([, { body }]) => body.length === 0)).toBe(true);
    for (const [, { code, body }] of ERRORS) {
      expect({ code, envelope: JSON.parse(Buffer.from(body).toString()) }).toMatchObject({
        code: 0,
        envelope: { ok: false },
      });
    }
  });
});

const missing = missingTools('cc');
describe.skipIf(missing !== undefined)('plugins that ask their host in their own ways', () => {
  it.each(['asks', 'foreign-thread'])('%s is left in peace at level 5', { timeout: 300_000 }, async (name) => {
    const library = compileC(name, folder);
    const { stdout } = await cli.run(['test', library, '--host', 'cpex', '--level', '5', '--reporter', 'json']);
    const { results } = JSON.parse(stdout) as TestReport;
    const said = results.filter(({ findings }) => findings.length > 0).map(({ id, findings }) => [id, findings]);
    expect(said).toEqual([]);
    const verdicts = Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({
      'cb.ctx': 'pass',
      'cb.garbage': 'pass',
      'cb.large': 'pass',
      'cb.reenter': 'pass',
    });
    expect(verdicts['cb.thread']).toBe(name === 'asks' ? 'skip' : 'pass');
  });
});

describe('level 5', () => {
  it('sees every defect, and nothing in good plugins', { timeout: 600_000 }, async () => {
    const results = await judged('cb.*');
    expect(complaints(results)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(20);
  });
});
