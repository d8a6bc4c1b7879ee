import { isDeepStrictEqual } from 'node:util';
import { seamOf } from '../../../hosts/console/profile.js';
import { serviceNames } from '../../../hosts/go-plugin/handshake.js';
import { fieldsOf, isFields } from '../../../hosts/json-fields.js';
import type { Contract, JsonSchema } from '../../../model/contract.js';
import type { Finding } from '../../../model/finding.js';
import { isCpexError } from '../../../support/errors.js';
import { runTrial, type Subject, type Trial } from '../../subject.js';
import type { TestOutcome } from '../types.js';

/** A call that tells whether a seam is served, for plugins that do not describe themselves. */
const PROBES: Readonly<Record<string, string>> = {
  store: 'Ping',
  notifier: 'Name',
  status_provider: 'Name',
  llm: 'Name',
};

/** What a plugin answered. */
export interface SeamAnswer {
  /** Name of the status: `OK`, `NOT_FOUND`; `unreadable` for an answer that is no such message. */
  readonly status: string;
  /** The message of an answer that is good; no members otherwise. */
  readonly result: Readonly<Record<string, unknown>>;
  /** The status with its message, for evidence. */
  readonly said: string;
}

/** One seam of a plugin that is up, called by the names of methods alone. */
export interface Seam {
  /** Rejects with an Unproven where the contract has no such method, or another kind of value in a field. */
  call(method: string, request: unknown): Promise<SeamAnswer>;
  /** A request without the members that the contract does not know; throws an Unproven where one of `needed` is not known. */
  fit(method: string, request: Fields, needed?: readonly string[]): Fields;
  /** Throws an Unproven where the answer of a method has no such field. */
  requireAnswer(method: string, ...fields: readonly string[]): void;
  /** A request of the contract's own to try a method with. */
  sample(method: string): Fields;
}

/** Members of a message by their JSON names. */
export type Fields = Readonly<Record<string, unknown>>;

/** Why a test cannot say anything about this plugin: the contract or the service behind the plugin is another one. */
export class Unproven extends Error {}

/** Judges a seam of a plugin of its own; unproven where the plugin does not serve it. */
export async function withSeam(
  subject: Subject,
  word: string,
  check: (seam: Seam) => Promise<readonly Finding[]>,
): Promise<TestOutcome> {
  try {
    const { value, ending } = await runTrial(subject, {}, async (trial) => {
      const { registration } = await trial.plugin.register(subject.config);
      const service = await servedAs(trial, word, serviceNames(registration?.raw));
      return check(seamIn(trial, service));
    });
    return { findings: value ?? [], ending };
  } catch (error) {
    if (error instanceof Unproven) return { findings: [], unproven: error.message };
    throw error;
  }
}

/** Full name of the service that serves a seam. */
async function servedAs(trial: Trial, word: string, served: readonly string[] | undefined): Promise<string> {
  const methods = [...trial.plugin.profile.contract.methods.keys()];
  const known = methods.map((name) => name.slice(0, name.indexOf('/'))).filter((name) => seamOf(name) === word);
  const found = served === undefined ? known[0] : known.find((name) => served.includes(name));
  const none = new Unproven(`the plugin does not serve the seam ${word}`);
  if (found === undefined) throw none;
  if (served !== undefined) return found;
  const { envelope } = await trial.plugin.invoke(`${found}/${PROBES[word]}`, {});
  if (envelope.error?.code === 'UNIMPLEMENTED') throw none;
  return found;
}

function seamIn({ plugin }: Trial, service: string): Seam {
  const { contract } = plugin.profile;
  const methodOf = (method: string) => {
    const found = contract.methods.get(`${service}/${method}`);
    if (found === undefined) throw new Unproven(`the contract has no method ${method} in ${service}`);
    return found;
  };
  const require = (schema: JsonSchema, fields: readonly string[], where: string) => {
    const { properties } = resolved(contract, schema);
    const missing = fields.filter((name) => !Object.hasOwn(fieldsOf(properties), name));
    if (missing.length > 0) throw new Unproven(`the contract has no field ${missing.join(', ')} in the ${where}`);
  };
  return {
    call: async (method, request) => {
      const { name } = methodOf(method);
      try {
        return answerOf((await plugin.invoke(name, request)).envelope);
      } catch (error) {
        if (!isCpexError(error) || error.code !== 'CPEX_E_MESSAGE_VALUE') throw error;
        throw new Unproven(`the contract has fields of other types: ${error.message}`);
      }
    },
    fit: (method, request, needed = ['key']) => {
      const { request: schema } = methodOf(method);
      require(schema, needed, `request of ${method}`);
      return fieldsOf(fitted(contract, schema, request));
    },
    requireAnswer: (method, ...fields) => require(methodOf(method).result, fields, `answer of ${method}`),
    sample: (method) => fieldsOf(methodOf(method).samples[0]),
  };
}

function answerOf(envelope: Awaited<ReturnType<Trial['plugin']['invoke']>>['envelope']): SeamAnswer {
  if (envelope.ok === true) return { status: 'OK', result: fieldsOf(envelope.result), said: 'OK' };
  const { code = 'unreadable', message = envelope.findings[0]?.message ?? '' } = envelope.error ?? {};
  return { status: code, result: {}, said: message === '' ? code : `${code}: ${message}` };
}

/** What a reference to a type of the contract stands for. */
function resolved({ types }: Contract, schema: JsonSchema): JsonSchema {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  return types.get($ref.slice('types.json#/$defs/'.length)) ?? {};
}

/** A value with the members alone that a schema names; those of maps are free. */
function fitted(contract: Contract, schema: JsonSchema, value: unknown): unknown {
  const { properties, items } = resolved(contract, schema);
  if (Array.isArray(value) && isFields(items)) return value.map((one) => fitted(contract, items, one));
  if (!isFields(value) || !isFields(properties)) return value;
  const known = Object.entries(value).filter(([name]) => Object.hasOwn(properties, name));
  return Object.fromEntries(known.map(([name, one]) => [name, fitted(contract, fieldsOf(properties[name]), one)]));
}

/** The members that came back otherwise than they were given, each as a line. Members that were not given may be anything. */
export function differences(given: Fields, got: Fields): string[] {
  return Object.entries(given).flatMap(([name, value]) =>
    same(value, got[name]) ? [] : [`${name}: given ${JSON.stringify(value)}, got ${JSON.stringify(got[name])}`],
  );
}

function same(given: unknown, got: unknown): boolean {
  if (Array.isArray(given) && Array.isArray(got)) {
    return given.length === got.length && given.every((one, index) => same(one, got[index]));
  }
  if (isFields(given) && isFields(got)) {
    return Object.entries(given).every(([name, one]) => same(one, got[name]));
  }
  return isDeepStrictEqual(given, got);
}

/** A finding of a test about a seam. */
export function finding(id: string, message: string, evidence: readonly string[] = []): Finding {
  return { id, severity: 'fail', message, ...(evidence.length === 0 ? {} : { evidence }) };
}
