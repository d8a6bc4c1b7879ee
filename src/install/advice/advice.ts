import type { HostProfile } from '../../model/profile.js';
import { cliproxyAdvice } from './cliproxy.js';
import { consoleAdvice } from './console.js';
import type { HostAdvice } from './situation.js';
import { tauAdvice } from './tau.js';

/** Hosts that load only what their configuration names. */
const ADVICE: ReadonlyMap<string, HostAdvice> = new Map([
  ['cliproxy', cliproxyAdvice],
  ['tau', tauAdvice],
  ['console', consoleAdvice],
]);

/** The advice for a host; undefined where a file in its place is all that it takes. */
export function adviceFor({ name }: Pick<HostProfile, 'name'>): HostAdvice | undefined {
  return ADVICE.get(name);
}
