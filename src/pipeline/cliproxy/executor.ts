import { formatNames } from '../../hosts/cliproxy/formats.js';
import { type ChosenFormats, chooseFormats, type Translators } from './formats.js';
import { can, type Member } from './member.js';
import { textOf, textsOf } from './values.js';

/** Where the models of an executor come from. */
export type ModelScope = 'both' | 'static' | 'oauth';

/** The scope that a plugin declares; anything unknown means both. */
export function scopeOf(member: Member): ModelScope {
  const scope = textOf(member.capabilities.executor_model_scope);
  return scope === 'static' || scope === 'oauth' ? scope : 'both';
}

/** Whether models without a credential count; also for plugins without an executor. */
export function allowsStatic(member: Member): boolean {
  return !can(member, 'executor') || scopeOf(member) !== 'oauth';
}

/** Whether models of credentials count; also for plugins without an executor. */
export function allowsOauth(member: Member): boolean {
  return !can(member, 'executor') || scopeOf(member) !== 'static';
}

/** The formats in which a plugin's executor takes a request and gives its answer. */
export function formatsFor(
  member: Member,
  provider: string,
  requested: string,
  members: readonly Member[],
): ChosenFormats {
  const declared = (side: string) => formatNames(textsOf(member.capabilities[`executor_${side}_formats`]));
  return chooseFormats(
    provider,
    { input: declared('input'), output: declared('output') },
    requested,
    translators(members),
  );
}

function translators(members: readonly Member[]): Translators {
  return {
    requests: members.some((one) => can(one, 'request_translator')),
    responses: members.some((one) => can(one, 'response_translator')),
  };
}
