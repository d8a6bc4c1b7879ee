import { engineFor } from '../build/engine.js';
import type { RunContext } from '../model/context.js';
import type { HostProfile } from '../model/profile.js';
import type { Engine } from '../model/session.js';
import type { Target } from '../model/target.js';
import { nativeEngine } from '../runtime/native/engine.js';

/** What starts a plugin of this machine once, as its host would. */
export async function trialEngine(
  { transport }: Pick<HostProfile, 'transport'>,
  target: Target,
  context: RunContext,
): Promise<Engine> {
  return transport === 'native' ? nativeEngine() : engineFor({ target, transport }, context);
}
