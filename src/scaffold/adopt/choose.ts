import type { RunContext } from '../../model/context.js';
import { hostName } from '../../project/hosts.js';
import { CpexError } from '../../support/errors.js';
import { shellWord } from '../../support/shell-word.js';
import { type Candidate, describe, type Wanted } from './candidate.js';
import { cargoCandidates } from './cargo.js';
import { cmakeCandidates } from './cmake.js';
import { goCandidates } from './go.js';
import type { Survey } from './survey.js';
import { unsupportedError } from './unsupported.js';

/** Asks which of several is meant; only called when there is a terminal. */
export type AskUnit = (candidates: readonly Candidate[]) => Promise<Candidate>;

/**
 * The one thing in a repository that is a plugin.
 * @throws CPEX_E_ADOPT_NOTHING with what stands in the way, CPEX_E_ADOPT_SEVERAL with all of them
 */
export async function choosePlugin(
  survey: Survey,
  wanted: Wanted,
  context: Pick<RunContext, 'interactive'>,
  ask: AskUnit,
): Promise<Candidate> {
  const all = [...(await goCandidates(survey)), ...(await cargoCandidates(survey)), ...(await cmakeCandidates(survey))];
  const fitting = all.filter((one) => fits(one, wanted));
  const sure = fitting.filter((one) => has(one, 'defined'));
  const likely = fitting.filter((one) => has(one, 'mentioned'));
  const best = [sure, likely, fitting].find((group) => group.length > 0) ?? [];
  const [only] = best;
  if (only === undefined) throw await unsupportedError(survey, all, wanted);
  if (best.length === 1) return only;
  if (context.interactive) return ask(best);
  throw new CpexError('CPEX_E_ADOPT_SEVERAL', `${best.length} things in ${survey.root} could be the plugin.`, {
    evidence: best.map(describe),
    remedy: `Name one: cpex adopt --lang ${only.language} --unit ${shellWord(only.unit)}`,
  });
}

function has(candidate: Candidate, kind: 'defined' | 'mentioned'): boolean {
  return [...candidate.entries.values()].includes(kind);
}

function fits(candidate: Candidate, { language, unit, host }: Wanted): boolean {
  if (language !== undefined && candidate.language !== language) return false;
  if (unit !== undefined && candidate.unit !== unit && candidate.stated.name !== unit) return false;
  // One without any entry in its own sources may take it from a macro.
  return host === undefined || candidate.entries.size === 0 || candidate.entries.has(hostName(host));
}
