import type { TestResult } from '../../model/event.js';
import type { Subject } from '../subject.js';

/** Id of the one test that two forms of a plugin have together. */
export const PARITY_ID = 'parity.same';

/** One form of a plugin, and what its own tests came to. */
export interface Part {
  readonly subject: Subject;
  readonly results: readonly TestResult[];
}
