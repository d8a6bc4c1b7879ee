import type { HostProfile } from '../../model/profile.js';
import type { ConformanceTest } from './types.js';

/** What decides which tests a plugin has to pass. */
export type Judged = Pick<HostProfile, 'name' | 'transport'>;

/** The tests that mean something for the plugins of a host profile over its transport. */
export function forHost(tests: readonly ConformanceTest[], { name, transport }: Judged): readonly ConformanceTest[] {
  return tests.filter(
    ({ hosts, transports = ['native'] }) =>
      (hosts === undefined || hosts.includes(name)) && transports.includes(transport),
  );
}
