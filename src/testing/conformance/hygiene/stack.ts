import type { Finding } from '../../../model/finding.js';
import type { Subject } from '../../subject.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { texts } from './snapshot.js';

const KIB = 1024;
/** The stack of a thread on macOS unless it is told otherwise. */
const MUST_FIT = 512 * KIB;
/** The same with musl. */
const SHOULD_FIT = 128 * KIB;

/** How much stack each method needs: good plugins measured 1 to 14 KiB. Go runs its own code on stacks of its own: there only the part in C counts. */
export async function needsLittleStack(id: string, subject: Subject): Promise<TestOutcome> {
  return probeTest(id, subject, { needs: ['proc'] }, async ({ perform, calls, samples }) => {
    const seen = await perform('state.stack', calls());
    return texts(seen, 'depth').flatMap((text, index): Finding[] => {
      const depth = Number(text);
      if (depth <= SHOULD_FIT) return [];
      const method = samples[index]?.method ?? '?';
      const found = fault(id, `A call of ${method} needs ${Math.ceil(depth / KIB)} KiB of stack.`, [
        depth > MUST_FIT
          ? 'a thread on macOS has 512 KiB, one with musl 128 KiB, unless the host says otherwise'
          : 'a thread with musl has 128 KiB, unless the host says otherwise',
      ]);
      const remedy = 'Put large arrays on the heap, and bound every recursion.';
      return [{ ...found, severity: depth > MUST_FIT ? 'fail' : 'warn', remedy }];
    });
  });
}
