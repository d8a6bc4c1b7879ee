import type { SampleCall } from '../../../model/profile.js';
import { parseExact } from '../../../support/exact-json.js';
import type { Subject } from '../../subject.js';
import { AROUND, BAD_TEXTS, BAD_VALUES, CONTROLS, CUTS, NOT_AN_OBJECT, ODD_VALUES } from './bad-bodies.js';

/** One call with a body that is wrong, or odd. */
export interface HostileCall {
  /** What the body is, to be put after "answers ok to". */
  readonly name: string;
  readonly method: string;
  readonly body: Buffer;
  /** Whether the ABI says that it has to be refused. */
  readonly refuse: boolean;
}

/** A valid call of a method. */
export interface ValidCall {
  readonly method: string;
  /** As the host writes it, read again: with every field that it sends. */
  readonly request: unknown;
}

/** The first sample of each method that the plugin answers, those of its life cycle included. */
export function validCalls({ profile, config }: Subject, samples: readonly SampleCall[]): ValidCall[] {
  const { contract, protocol } = profile;
  const { method, body } = protocol.registration({ config });
  const bodies = new Map([[method, body]]);
  const add = (name: string, request: unknown) => {
    if (!bodies.has(name)) bodies.set(name, protocol.encodeRequest(request, name));
  };
  for (const {
    name,
    capability,
    samples: [request],
  } of contract.methods.values()) {
    if (capability === undefined && request !== undefined) add(name, request);
  }
  for (const sample of samples) add(sample.method, sample.request);
  return [...bodies].map(([name, bytes]) => ({ method: name, request: parseExact(Buffer.from(bytes).toString()) }));
}

/** Name of a member that no contract has. */
const UNKNOWN = 'x_cpex';

/** About two hundred bodies of a method that break the rules of JSON, and some that only look so. */
export function badBodies({ method, request }: ValidCall, encode: (request: unknown) => Uint8Array): HostileCall[] {
  const valid = Buffer.from(encode(request)).toString('latin1');
  const call = (name: string, bytes: string, refuse: boolean): HostileCall => ({
    name,
    method,
    body: Buffer.from(bytes, 'latin1'),
    refuse,
  });
  const withMember = (member: string) => `${valid.slice(0, -1)}${valid === '{}' ? '' : ','}${member}}`;
  const bad = (name: string, bytes: string) => call(name, bytes, true);
  return [
    ...NOT_AN_OBJECT.map(([name, bytes]) => bad(name, bytes)),
    ...AROUND.map(([name, spoil]) => bad(name, spoil(valid))),
    ...BAD_VALUES.map(([name, value]) => bad(`${name} as a value`, withMember(`"${UNKNOWN}":${value}`))),
    ...[...BAD_TEXTS, ...CONTROLS].map(([name, text]) =>
      bad(`${name} in a text`, withMember(`"${UNKNOWN}":"${text}"`)),
    ),
    ...BAD_TEXTS.map(([name, text]) => bad(`${name} in a key`, withMember(`"${UNKNOWN}${text}":1`))),
    ...firstKeyTwice(valid).map((bytes) => bad('its first key twice', bytes)),
    ...cuts(valid).map((length) => bad(`a body cut after ${length} of ${valid.length} bytes`, valid.slice(0, length))),
    ...ODD_VALUES.map(([name, value]) => call(`${name} as a value`, withMember(`"${UNKNOWN}":${value}`), false)),
  ];
}

function firstKeyTwice(valid: string): string[] {
  const [, key] = /^\{"([^"\\]+)":/.exec(valid) ?? [];
  return key === undefined ? [] : [`{"${key}":null,${valid.slice(1)}`];
}

/** Places spread over a body, its last byte among them. */
function cuts(valid: string): number[] {
  const last = valid.length - 1;
  const places = Array.from({ length: CUTS }, (_, index) => 1 + Math.round((index * (last - 1)) / (CUTS - 1)));
  return [...new Set(places)].filter((place) => place >= 1 && place <= last);
}
