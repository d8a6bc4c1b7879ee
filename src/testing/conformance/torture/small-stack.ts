import type { Subject } from '../../subject.js';
import { probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** The stack of a thread with musl unless it is told otherwise. */
const STACK = 128 * 1024;

/** Whether every sample call fits on a small stack; one that does not ends the process. */
export async function fitsOnSmallStack(id: string, subject: Subject): Promise<TestOutcome> {
  let given = true;
  const outcome = await probeTest(id, subject, { needs: ['threads'] }, async ({ perform, calls }) => {
    const seen = await perform('torture.stack', [...calls(), ['size', STACK]]);
    given = seen.number('given') === 1;
    return [];
  });
  return given ? outcome : { unproven: 'the system gives no thread so small a stack', ...outcome };
}
