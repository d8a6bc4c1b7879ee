import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { plainEngine } from '../../build/sanitize/engine.js';
import { DEFAULT_DEADLINES } from '../../host-process/reference-host.js';
import type { RunContext } from '../../model/context.js';
import { temporaryFolder } from '../../support/files.js';
import { CALLBACKS } from '../conformance/callbacks/rows.js';
import { CONCURRENCY } from '../conformance/concurrency/rows.js';
import { BRIEF } from '../conformance/durations.js';
import { forHost } from '../conformance/for-host.js';
import { HOSTILE } from '../conformance/hostile/rows.js';
import { MEMORY } from '../conformance/memory/rows.js';
import { severityOf } from '../conformance/policy.js';
import type { ConformanceTest, TestOutcome } from '../conformance/types.js';
import type { Subject } from '../subject.js';
import { callEverything } from './call-everything.js';
import { findingsOf } from './report.js';
import type { WatchTool } from './tools.js';

/**
 * Tests that are not run again under a tool: they measure time, memory or counts, which are no longer those of the
 * plugin, or need hundreds of processes.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'mem.balance',
  'err.big',
  'err.deep',
  'cb.slow',
  'cb.large',
  'conc.first',
  'conc.churn',
  'conc.block',
]);

export interface WatchedRun {
  readonly id: string;
  readonly subject: Subject;
  /** The library that is loaded. */
  readonly artefact: string;
  readonly tool: WatchTool;
  readonly context: Pick<RunContext, 'env' | 'signal'>;
  /** Folder of the project, from which paths are shown. */
  readonly root?: string;
}

/**
 * Runs the plugin under a tool: every sample call, then the tests of the tool's levels again. What they say themselves
 * was said before; here the tool's reports count.
 */
export async function runWatched({ id, subject, artefact, tool, context, root }: WatchedRun): Promise<TestOutcome> {
  const reports = await temporaryFolder('reports');
  try {
    const engine = plainEngine(tool.around(reports.path), context);
    const patient = (limit: number | undefined, usual: number) => Math.max(limit ?? 0, usual) * tool.slower;
    const { ring: _ring, bundles: _bundles, ...rest } = subject;
    const watched: Subject = {
      ...rest,
      artefact,
      engine,
      durations: BRIEF,
      callDeadline: patient(subject.callDeadline, DEFAULT_DEADLINES.call),
      startDeadline: patient(subject.startDeadline, DEFAULT_DEADLINES.start),
      stopDeadline: patient(subject.stopDeadline, DEFAULT_DEADLINES.stop),
    };
    const ending = await callEverything(watched);
    const early = await readReports(reports.path, tool);
    if (early.length === 0 && (ending.kind === 'refused' || ending.kind === 'harness-fault')) {
      return {
        findings: [],
        unproven: `needs a sanitizer that works here: ${ending.message.trim().split('\n').at(-1)}`,
      };
    }
    for (const row of rowsFor(tool, subject)) await row.run(watched);
    const all = await readReports(reports.path, tool);
    return { findings: findingsOf(id, all, await realpath(artefact), root) };
  } finally {
    await reports.remove();
  }
}

/** Every test of levels 3 to 6. */
const TESTS: readonly ConformanceTest[] = [...MEMORY, ...HOSTILE, ...CALLBACKS, ...CONCURRENCY];

function rowsFor({ levels: [lowest, highest], leftOut }: WatchTool, subject: Subject): readonly ConformanceTest[] {
  const { name } = subject.profile;
  // What a host should not do, and only warns where a plugin does not bear it, is not done here.
  return forHost(TESTS, subject.profile).filter(
    (row) =>
      row.level >= lowest &&
      row.level <= highest &&
      !LEFT_OUT.has(row.id) &&
      !leftOut.includes(row.id) &&
      severityOf(row, name) === 'fail' &&
      row.engines.some((letter) => letter === 'P' || letter === 'K'),
  );
}

async function readReports(folder: string, tool: WatchTool) {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.flatMap((text) => tool.read(text));
}
