import { didYouMean, orAll } from '../support/suggest.js';
import { capabilityHint } from './capability-hint.js';
import type { CapabilityData, ContractData } from './contract-data.js';

/** One entry of `capabilities:` or one `--capability`, understood. */
export interface CapabilityUse {
  /** Name in the contract and on the wire: `hooks`. */
  readonly capability: string;
  /** Word before the colon: `hook`. */
  readonly flag: string;
  /** Word after the colon in its canonical spelling: `identity.resolve`. */
  readonly argument?: string;
  /** What was written where the canonical spelling differs: `identity_resolve`. */
  readonly alias?: string;
}

export type CapabilityReading = { readonly ok: true; readonly use: CapabilityUse } | Refusal;

/** `expected` goes after "expected", `hint` is a sentence after a space, or nothing. */
interface Refusal {
  readonly ok: false;
  readonly expected: string;
  readonly hint: string;
}

/** Reads `WORD[:ARG]` against a contract. */
export function readCapability(text: string, contract: ContractData): CapabilityReading {
  const colon = text.indexOf(':');
  const word = colon === -1 ? text : text.slice(0, colon);
  const argument = colon === -1 ? undefined : text.slice(colon + 1);
  const byFlag = new Map(Object.entries(contract.capabilities).map(([name, data]) => [data.flag, { name, data }]));
  const found = byFlag.get(word);
  if (found === undefined) {
    const expected = `one of ${[...byFlag.values()].map(({ data }) => form(data)).join(', ')}`;
    return { ok: false, expected, hint: capabilityHint(word, contract) };
  }
  const { name, data } = found;
  if (data.argument === undefined) {
    if (argument !== undefined) return refuse(`"${word}" without an argument`);
    return { ok: true, use: { capability: name, flag: word } };
  }
  if (argument === undefined || argument === '') return refuse(`${form(data)}`);
  return readArgument(name, data, argument, contract);
}

function readArgument(capability: string, data: CapabilityData, text: string, contract: ContractData) {
  const use = { capability, flag: data.flag };
  if (data.argument?.values === 'hooks') {
    if (Object.hasOwn(contract.hooks, text)) return accept({ ...use, argument: text });
    const canonical = Object.entries(contract.hooks).find(([, hook]) => hook.aliases?.includes(text))?.[0];
    if (canonical !== undefined) return accept({ ...use, argument: canonical, alias: text });
    const hooks = Object.keys(contract.hooks);
    return refuse(orAll('a hook of this host', text, hooks), text, hooks);
  }
  const values = data.argument?.values;
  if (values !== undefined && !values.includes(text)) {
    const whole = values.filter((value) => value.endsWith(`_${text}`));
    const refused = refuse(`one of ${values.join(', ')}`, text, values);
    // A name without what stands before it is nearer to those that have it than to any other.
    return whole.length === 0
      ? refused
      : { ...refused, hint: ` Did you mean ${whole.map((one) => `"${one}"`).join(' or ')}?` };
  }
  const pattern = data.argument?.pattern;
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(text)) {
    return refuse(`${form(data)} with ${data.argument?.name ?? 'an argument'} matching ${pattern}`);
  }
  return accept({ ...use, argument: text });
}

function accept(use: CapabilityUse): CapabilityReading {
  return { ok: true, use };
}

function refuse(expected: string, word = '', candidates: Iterable<string> = []): Refusal {
  return { ok: false, expected, hint: word === '' ? '' : didYouMean(word, candidates) };
}

function form(data: CapabilityData): string {
  return data.argument === undefined ? data.flag : `${data.flag}:${data.argument.name}`;
}
