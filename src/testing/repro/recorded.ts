import path from 'node:path';
import type { TestResult } from '../../model/event.js';
import { FAILING } from '../../report/reporters/reporter.js';
import { shellWord } from '../../support/shell-word.js';
import type { Subject } from '../subject.js';
import { writeBundle } from './bundle.js';
import { TraceRing } from './trace-ring.js';

/**
 * Runs a test with a record of what crosses. When it fails, a bundle is written where the subject wants one, and the
 * findings name the command that replays it.
 */
export async function recorded<Result extends Omit<TestResult, 'durationMs'>>(
  id: string,
  subject: Subject,
  run: (subject: Subject) => Promise<Result>,
): Promise<Result> {
  const { onTrace, bundles } = subject;
  const ring = new TraceRing(onTrace && ((record, session) => onTrace(record, session, id)));
  const result = await run({ ...subject, ring });
  if (bundles === undefined || !FAILING.has(result.verdict)) return result;
  const file = await writeBundle(bundles.folder, result, subject, ring.records());
  const again = `cpex test --replay ${shellWord(shorter(file, bundles.cwd))}`;
  return { ...result, findings: result.findings.map((finding) => ({ ...finding, again })) };
}

/** The path as a person in `cwd` would write it. */
function shorter(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') ? file : relative;
}
