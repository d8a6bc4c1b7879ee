import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProfile } from '../../../src/hosts/registry.js';
import type { TestResult } from '../../../src/model/event.js';
import type { Language } from '../../../src/model/target.js';
import { limiter } from '../../../src/support/limiter.js';
import { catalogueOf } from '../../../src/testing/conformance/catalogue.js';
import { BRIEF } from '../../../src/testing/conformance/durations.js';
import { runSuite } from '../../../src/testing/conformance/suite.js';
import { findMeans } from '../../../src/testing/resolve.js';
import { withNeeds } from '../../../src/testing/selftest/bad.js';
import { selfTest } from '../../../src/testing/selftest/service.js';
import type { Subject } from '../../../src/testing/subject.js';

/** What the self-test says of the plugins that it has for some tests, good ones included. */
export async function judged(...only: string[]): Promise<readonly TestResult[]> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'cpex-judged-'));
  const { signal } = new AbortController();
  try {
    const context = { cwd, env: process.env, interactive: false, emit: () => undefined, signal };
    return (await selfTest({ only, jobs: 2, seed: 1 }, context)).results;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** The results of some tests on a library of any kind, and of those that they build on. */
export async function judgedLibrary(
  artefact: string,
  language: Language,
  only: RegExp,
  more: Pick<Subject, 'callDeadline'> = {},
): Promise<TestResult[]> {
  const { signal } = new AbortController();
  const context = { cwd: path.dirname(artefact), env: process.env, interactive: false, emit: () => undefined, signal };
  const common = { profile: findProfile('cpex'), config: {}, durations: BRIEF, seed: 1, ...more };
  const subject = { ...(await findMeans({}, undefined, context)), ...common, artefact, language, signal };
  const catalogue = catalogueOf('cpex');
  const ids = catalogue.filter(({ id }) => only.test(id)).map(({ id }) => id);
  const options = { reason: () => undefined, limit: limiter(2), repeat: 1, stopReason: () => undefined };
  return runSuite(withNeeds(ids, catalogue), subject, options);
}

/** The results that are no pass and no skip, with what they say, for a message that explains itself. */
export function complaints(results: readonly TestResult[]): unknown[] {
  return results
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')
    .map(({ id, title, findings }) => [id, title, findings.map(({ message, evidence }) => [message, evidence])]);
}
