import { findProfile } from '../../hosts/registry.js';
import { CALLBACKS } from './callbacks/rows.js';
import { CLIPROXY } from './cliproxy.js';
import { CODEC } from './codec/rows.js';
import { CONCURRENCY } from './concurrency/rows.js';
import { RACES } from './concurrency/tsan-row.js';
import { forHost, type Judged } from './for-host.js';
import { FUZZ } from './fuzz/rows.js';
import { SANITIZERS } from './fuzz/san-rows.js';
import { HOSTILE } from './hostile/rows.js';
import { HYGIENE } from './hygiene/rows.js';
import { IN_PASSING } from './in-passing.js';
import { LEVEL_1 } from './level-1.js';
import { LEVEL_2 } from './level-2.js';
import { LIFE } from './life/rows.js';
import { MEMORY } from './memory/rows.js';
import { PROCESSES } from './processes/rows.js';
import { CROSS } from './torture/cross-row.js';
import { GO_HOST } from './torture/gohost-row.js';
import { TORTURE } from './torture/rows.js';
import type { ConformanceTest } from './types.js';

/** Every conformance test, in the order in which they run. An id never changes its meaning. */
export const CATALOGUE: readonly ConformanceTest[] = [
  ...LEVEL_1,
  ...LEVEL_2,
  ...CODEC,
  ...CLIPROXY,
  ...IN_PASSING,
  ...MEMORY,
  ...HOSTILE,
  ...CALLBACKS,
  ...CONCURRENCY,
  RACES,
  ...LIFE,
  ...HYGIENE,
  ...FUZZ,
  ...SANITIZERS,
  ...TORTURE,
  GO_HOST,
  CROSS,
  ...PROCESSES,
];

/** The tests that mean something for the plugins of a host profile, or of the host of that name in its usual form. */
export function catalogueOf(profile: Judged | string): readonly ConformanceTest[] {
  return forHost(CATALOGUE, typeof profile === 'string' ? findProfile(profile) : profile);
}
