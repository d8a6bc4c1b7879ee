import type { Severity } from '../../model/finding.js';
import { IN_PASSING } from './in-passing.js';
import { LEVEL_1 } from './level-1.js';
import { LEVEL_2 } from './level-2.js';
import type { ConformanceTest } from './types.js';

/** Every conformance test, in the order in which they run. An id never changes its meaning. */
export const CATALOGUE: readonly ConformanceTest[] = [...LEVEL_1, ...LEVEL_2, ...IN_PASSING];

/** Where a profile weighs a test differently; the test's own severity holds elsewhere. */
const SEVERITY: Readonly<Record<string, Readonly<Record<string, Severity>>>> = {
  cpex: {},
};

/** Weight of a broken test under a profile. */
export function severityOf(test: ConformanceTest, profile: string): Severity {
  return SEVERITY[profile]?.[test.id] ?? test.severity;
}
