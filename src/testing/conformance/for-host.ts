import type { ConformanceTest } from './types.js';

/** The tests that mean something for the plugins of a host profile. */
export function forHost(tests: readonly ConformanceTest[], profile: string): readonly ConformanceTest[] {
  return tests.filter(({ hosts }) => hosts === undefined || hosts.includes(profile));
}
