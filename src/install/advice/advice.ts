import type { HostProfile } from '../../model/profile.js';
import { cliproxyAdvice } from './cliproxy.js';
import type { HostAdvice } from './situation.js';

/** Hosts that load only what their configuration names. */
const ADVICE: ReadonlyMap<string, HostAdvice> = new Map([['cliproxy', cliproxyAdvice]]);

/** The advice for a host; undefined where a file in its place is all that it takes. */
export function adviceFor({ name }: Pick<HostProfile, 'name'>): HostAdvice | undefined {
  return ADVICE.get(name);
}
