import { equalJson } from '../../hosts/exact-equal.js';
import { type Fields, fieldsOf, isFields } from '../../hosts/json-fields.js';
import { changesBetween } from './changes.js';
import { type Authority, CAPABILITIES, DESCRIBES_CREDENTIAL, type Growth, SLOTS, type SlotRule } from './slots.js';

/** The extensions of a request beside what a plugin saw of them and gave back. */
export interface Exchanged {
  readonly all: Fields;
  readonly seen: Fields;
  readonly returned: Fields;
}

export interface Merged {
  /** All extensions after the merge; absent when nothing changed. */
  readonly extensions?: Fields;
  /** Why no change is taken, as a sentence. */
  readonly rejection?: string;
}

type Capabilities = ReadonlySet<string>;

/** The extensions as one slot, so that a slot that nobody knows follows a rule as well. */
const ALL: SlotRule = { tier: 'immutable', closed: true, members: SLOTS };

/** What a plugin with these capabilities may see. Secrets of credentials are in no view. */
export function visibleExtensions(all: Fields, capabilities: Capabilities): Fields {
  return fieldsOf(visible(ALL, all, capabilities));
}

/** All extensions as they may be shown to people: everything but the secrets of credentials and unknown slots. */
export function shownExtensions(all: Fields): Fields {
  return fieldsOf(visible(ALL, all, EVERYTHING));
}

const EVERYTHING: Capabilities = new Set(CAPABILITIES);

/**
 * Takes over what a plugin changed in the extensions that it saw. What was hidden from it stays. One change that its
 * capabilities do not allow takes all of them away.
 */
export function mergeExtensions({ all, seen, returned }: Exchanged, capabilities: Capabilities): Merged {
  try {
    const merged = fieldsOf(merge({ rule: ALL, path: 'extensions', all, seen, returned, capabilities }));
    return merged === all ? {} : { extensions: withDerived(merged, all) };
  } catch (error) {
    if (error instanceof Tampering) return { rejection: error.message };
    throw error;
  }
}

/** A longer chain is a deeper one, whatever else a plugin wrote: who limits the depth must not be passed by. */
function withDerived(merged: Fields, all: Fields): Fields {
  const [after, before] = [fieldsOf(merged.delegation), fieldsOf(all.delegation)];
  const links = listOf(after.chain).length;
  if (links <= listOf(before.chain).length) return merged;
  const depth = notLess(after.depth, links) ? after.depth : links;
  return { ...merged, delegation: { ...after, depth, delegated: true } };
}

/** A change that the plugin may not make. */
class Tampering extends Error {
  constructor(path: string, problem: string) {
    super(`The plugin's change of the extensions is refused as a whole: ${path} ${problem}.`);
  }
}

/** The part of a value that may be seen; undefined for none. */
function visible(rule: SlotRule, value: unknown, capabilities: Capabilities): unknown {
  if (value === undefined || !readable(rule, capabilities)) return undefined;
  if (rule.secret === true) return described(value);
  const { members } = rule;
  if (members === undefined || !isFields(value)) return value;
  const entries = Object.entries(value);
  const kept = entries.flatMap(([name, one]) => {
    const own = memberRule(rule, name);
    const part = own === undefined ? undefined : visible(own, one, capabilities);
    return part === undefined ? [] : ([[name, part]] as const);
  });
  if (kept.length === 0 && entries.length > 0) return undefined;
  const same = kept.length === entries.length && kept.every(([, part], index) => part === entries[index]?.[1]);
  return same ? value : Object.fromEntries(kept);
}

function readable({ read }: SlotRule, capabilities: Capabilities): boolean {
  return read === undefined || read.some((one) => capabilities.has(one));
}

/** The rule of a member; undefined for one that is not handed out. */
function memberRule(rule: SlotRule, name: string): SlotRule | undefined {
  const { members = {}, closed } = rule;
  if (Object.hasOwn(members, name)) return members[name];
  return closed === true ? undefined : WITHOUT_RULE;
}

const WITHOUT_RULE: SlotRule = { tier: 'immutable' };

/** Credentials by name or in a list, each with what describes it and nothing that would prove it. */
function described(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(describedOne);
  return Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, one]) => [name, describedOne(one)]));
}

function describedOne(credential: unknown): unknown {
  const known = Object.entries(fieldsOf(credential)).filter(
    ([name, one]) => DESCRIBES_CREDENTIAL.has(name) && (isPlain(one) || (Array.isArray(one) && one.every(isPlain))),
  );
  return Object.fromEntries(known);
}

/** An object that describes a credential could hold the secret of it under any name. */
function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** One place of the extensions, before and after the plugin. */
interface Place {
  readonly rule: SlotRule;
  readonly path: string;
  readonly all: unknown;
  readonly seen: unknown;
  readonly returned: unknown;
  readonly capabilities: Capabilities;
}

/** The whole value after the plugin; the very one from before where nothing changed. Throws `Tampering`. */
function merge(place: Place): unknown {
  const { rule, path, all, seen, returned } = place;
  if (same(seen, returned)) return all;
  if (rule.members === undefined || !mayHaveMembers(seen) || !mayHaveMembers(returned)) return written(place);
  const [before, after, whole] = [fieldsOf(seen), fieldsOf(returned), fieldsOf(all)];
  const result = new Map(Object.entries(whole));
  let changed = false;
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const known = memberRule(rule, name);
    const one = own(whole, name);
    const merged = merge({
      ...place,
      rule: known ?? WITHOUT_RULE,
      path: `${path}.${name}`,
      all: one,
      seen: own(before, name),
      returned: own(after, name),
    });
    if (merged === one) continue;
    changed = true;
    if (merged === undefined) result.delete(name);
    else result.set(name, merged);
  }
  return changed ? Object.fromEntries(result) : all;
}

/** The value that a plugin has set, where it may. */
function written({ rule, path, all, seen, returned, capabilities }: Place): unknown {
  const authority: Authority = rule;
  if (authority.tier === 'mutable') return returned;
  if (authority.tier === 'immutable') {
    const [first] = changesBetween(path, seen, returned);
    throw new Tampering(
      first?.path ?? path,
      `may not be ${first !== undefined && 'after' in first ? 'changed' : 'left out'}: it is immutable`,
    );
  }
  if (!capabilities.has(authority.write)) {
    throw new Tampering(path, `may not be changed without the capability ${authority.write}`);
  }
  const blind = seen === undefined && all !== undefined;
  if (authority.tier === 'guarded') {
    return blind && isFields(all) && isFields(returned) ? over(all, returned, rule.ignoreCase === true) : returned;
  }
  const growth = GROWTHS[authority.grows];
  // Who cannot see what there is can still add to it.
  if (blind) return growth.blindly(all, returned);
  const problem = growth.problem(seen, returned);
  if (problem !== undefined) throw new Tampering(path, problem);
  return returned;
}

/** One object laid over another one; names may be the same in another case. */
function over(below: Fields, above: Fields, ignoreCase: boolean): Fields {
  if (!ignoreCase) return { ...below, ...above };
  const set = new Set(Object.keys(above).map((name) => name.toLowerCase()));
  const kept = Object.entries(below).filter(([name]) => !set.has(name.toLowerCase()));
  return Object.fromEntries([...kept, ...Object.entries(above)]);
}

interface GrowthRule {
  /** What was taken away; undefined when nothing was. */
  readonly problem: (seen: unknown, returned: unknown) => string | undefined;
  /** What there is together with what a plugin returned that did not see it. */
  readonly blindly: (all: unknown, returned: unknown) => unknown;
}

const GROWTHS: Readonly<Record<Growth, GrowthRule>> = {
  set: {
    problem: (seen, returned) =>
      listOf(seen).every((one) => has(listOf(returned), one))
        ? undefined
        : 'may only be added to: something was removed from it',
    blindly: (all, returned) => {
      const added = listOf(returned).filter((one) => !has(listOf(all), one));
      return added.length === 0 ? all : [...listOf(all), ...added];
    },
  },
  chain: {
    problem: (seen, returned) =>
      listOf(seen).every((link, index) => equalJson(link, listOf(returned)[index]))
        ? undefined
        : 'may only be added to at its end: a link was removed or changed',
    blindly: (all, returned) => [...listOf(all), ...listOf(returned)],
  },
  measure: {
    problem: (seen, returned) => (seen === undefined || notLess(returned, seen) ? undefined : 'may not fall'),
    blindly: (all, returned) => (notLess(returned, all) ? returned : all),
  },
  fact: {
    problem: (seen) => (seen === undefined ? undefined : 'is set and may not be changed any more'),
    blindly: (all) => all,
  },
  named: {
    problem: (_seen, returned) => (returned === undefined ? 'may be replaced and not left out' : undefined),
    blindly: (_all, returned) => returned,
  },
};

function notLess(a: unknown, b: unknown): boolean {
  return a !== undefined && (a as number) >= (b as number);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function has(list: readonly unknown[], value: unknown): boolean {
  return list.some((one) => equalJson(one, value));
}

/** An SDK may write an absent list or object as an empty one. */
function same(seen: unknown, returned: unknown): boolean {
  return equalJson(seen, returned) || (isEmpty(seen) && isEmpty(returned));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || (isFields(value) && Object.keys(value).length === 0);
}

function mayHaveMembers(value: unknown): boolean {
  return value === undefined || isFields(value);
}

function own(of: Fields, name: string): unknown {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}
