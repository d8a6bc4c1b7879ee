import { cpexContract } from '../../hosts/cpex/contract.js';
import { checkShape, describeProblem } from '../../hosts/schema-check.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { SLOTS } from './slots.js';
import type { PipelineRequest } from './types.js';

/**
 * Holds what a hook is invoked with to the contract, once for all plugins. Throws `CPEX_E_PIPELINE_REQUEST` for a payload that
 * does not fit the hook, and for extensions that are of another shape or in a slot that does not exist.
 */
export function checkRequest(hook: string, { payload, extensions }: PipelineRequest): void {
  const { hooks, types } = cpexContract;
  const [inPayload] = checkShape(hooks.get(hook)?.payload ?? {}, payload, types);
  if (inPayload !== undefined) {
    throw refused(`The payload does not fit the hook ${hook}: ${describeProblem(inPayload)}.`, [
      `a payload of this hook: ${JSON.stringify(hooks.get(hook)?.sample)}`,
    ]);
  }
  const [inExtensions] = checkShape(types.get('Extensions') ?? {}, extensions, types);
  if (inExtensions !== undefined) throw refused(`In the extensions ${describeProblem(inExtensions)}.`);
  const stray = Object.keys(extensions).find((slot) => !Object.hasOwn(SLOTS, slot));
  if (stray === undefined) return;
  throw refused(`The extensions have no slot ${JSON.stringify(stray)}.${didYouMean(stray, Object.keys(SLOTS))}`, [
    `slots: ${Object.keys(SLOTS).join(', ')}`,
  ]);
}

function refused(message: string, evidence: readonly string[] = []): CpexError {
  return new CpexError('CPEX_E_PIPELINE_REQUEST', message, { evidence });
}
