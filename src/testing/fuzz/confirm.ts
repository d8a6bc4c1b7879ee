import type { Subject } from '../subject.js';
import type { RecordFile } from './record-file.js';
import { replay } from './replay.js';
import { type Found, type FuzzCase, likeness } from './types.js';

/**
 * Looks for the first of some cases that shows a failure again in a fresh process. Where none does, the failure stands
 * with the last case, and is marked as one that was not seen again.
 */
export async function confirm(
  subject: Subject,
  met: Pick<Found, 'fuzzer' | 'seen' | 'origin'>,
  cases: readonly FuzzCase[],
  record: RecordFile,
): Promise<Found> {
  for (const one of cases) {
    const seen = await replay(subject, one, record);
    if (seen !== undefined && likeness(seen) === likeness(met.seen))
      return { ...met, seen, case: one, confirmed: true };
  }
  return { ...met, case: cases.at(-1) ?? { steps: [] }, confirmed: false };
}
