import type { Target } from '../../model/target.js';
import { hostTarget } from '../../project/targets/host.js';
import type { CompilerChoice } from '../build-model.js';

/** Whether a target is the machine's own. */
export function isOwnTarget(target: Target): boolean {
  try {
    return hostTarget().name === target.name;
  } catch {
    return false;
  }
}

/**
 * A compiler as the variable CC holds it: the path of its script where it has one, else the words themselves.
 * A word with a blank in it is quoted as Go and shells read it.
 */
export function compilerVariable(choice: CompilerChoice): string {
  const words = choice.source === 'explicit' ? choice.argv : [choice.wrapper?.path ?? choice.tool.path];
  return words.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ');
}
