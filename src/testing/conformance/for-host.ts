import type { HostProfile } from '../../model/profile.js';
import { judgesFrames } from './processes/same-calls.js';
import type { ConformanceTest } from './types.js';

/** What decides which tests a plugin has to pass. */
export type Judged = Pick<HostProfile, 'name' | 'transport'>;

/** The tests that mean something for the plugins of a host profile over its transport. */
export function forHost(tests: readonly ConformanceTest[], judged: Judged): readonly ConformanceTest[] {
  const { name, transport } = judged;
  return tests.filter(
    ({ id, hosts, transports = ['native'] }) =>
      (hosts === undefined || hosts.includes(name)) && (transports.includes(transport) || judgesFrames(id, judged)),
  );
}
