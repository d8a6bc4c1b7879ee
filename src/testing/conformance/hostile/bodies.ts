import { fieldsOf } from '../../../hosts/json-fields.js';
import { checkShape } from '../../../hosts/schema-check.js';
import type { Contract } from '../../../model/contract.js';
import { stringifyExact } from '../../../support/exact-json.js';
import type { Subject } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { callFields, envelopeOf, hostileTest, readAnswers, showBody, withSamples } from './exchange.js';
import { extremes } from './extremes.js';
import { badBodies, type HostileCall, type ValidCall, validCalls } from './hostile-call.js';
import { judgeAnswers } from './judge.js';
import { wrongTypes } from './wrong-types.js';

/** Bodies end where reading on traps: a parser that overlooks the end of a cut body is seen. */
const watch = { guard: 'end', parts: ['request'] } as const;

/** Methods that each get all bad bodies; where there are more, they share them, so that each body comes as often. */
const WHOLE = 5;

/** err.badjson: bodies that are wrong as texts. */
export function badJson(subject: Subject): Promise<TestOutcome> {
  return hostileTest(
    'err.badjson',
    subject,
    { watch },
    (samples) => {
      const calls = validCalls(subject, samples);
      const share = Math.ceil(calls.length / WHOLE);
      return calls.flatMap((call, turn) => badBodies(call, write).filter((_, index) => (index + turn) % share === 0));
    },
    (answered) => judgeAnswers('err.badjson', subject, answered),
  );
}

/** err.types: bodies that are wrong in one field. */
export function wrongFieldTypes(subject: Subject): Promise<TestOutcome> {
  return hostileTest(
    'err.types',
    subject,
    { watch },
    (samples) =>
      validCalls(subject, samples)
        .flatMap((call) => wrongTypes(call, subject.profile.contract, write))
        .filter((call) => call.refuse || leavesHost(subject, call)),
    (answered) => judgeAnswers('err.types', subject, answered),
  );
}

/** err.panic: bodies that are right, with values that few expect. */
export function extremeValues(subject: Subject): Promise<TestOutcome> {
  return hostileTest(
    'err.panic',
    subject,
    {},
    (samples) =>
      validCalls(subject, samples)
        .flatMap((call) => extremes(call, subject.profile.contract, write))
        .filter((call) => leavesHost(subject, call)),
    (answered) => [
      ...judgeAnswers('err.panic', subject, answered),
      ...answered
        .filter(({ call, answer }) => envelopeOf(subject, call.method, answer)?.error?.code === 'plugin_panic')
        .slice(0, 1)
        .map(({ call, answer }) => ({
          ...fault('err.panic', `${call.method} panics on ${call.name}; the panic was caught.`, [
            showBody(answer.bytes),
          ]),
          severity: 'warn' as const,
        })),
    ],
  );
}

/** Whether a valid call says nothing else of the host, such as limits that no answer could keep to. */
function leavesHost({ profile, config }: Subject, { method, name }: HostileCall): boolean {
  return method !== profile.protocol.registration({ config }).method || name.startsWith('"config');
}

/** Containers in one another: legal, and far too many. */
const DEPTHS = [100, 10_000, 100_000] as const;

/** Most that the ABI allows. */
const DEEPEST = 128;

/** err.deep: lists in lists, in a member that nobody knows and in place of each that somebody does. */
export function deepNesting(subject: Subject): Promise<TestOutcome> {
  return hostileTest(
    'err.deep',
    subject,
    {},
    (samples) => validCalls(subject, samples).flatMap((call) => deepBodies(call, subject.profile.contract)),
    (answered) => judgeAnswers('err.deep', subject, answered),
  );
}

function deepBodies({ method, request }: ValidCall, { methods, types }: Contract): HostileCall[] {
  const body = stringifyExact(request);
  const schema = methods.get(method)?.request ?? {};
  const call = (name: string, text: string, refuse: boolean): HostileCall => ({
    name,
    method,
    body: Buffer.from(text),
    refuse,
  });
  const inPlace = (depth: number, field: string, value: unknown, nested: string) => {
    if (checkShape(schema, { ...fieldsOf(request), [field]: value }, types).length > 0) return [];
    const text = stringifyExact({ ...fieldsOf(request), [field]: MARK }).replace(`"${MARK}"`, nested);
    return [call(`"${field}" nested ${depth} deep`, text, true)];
  };
  return DEPTHS.flatMap((depth) => {
    const refuse = depth > DEEPEST;
    const head = `${body.slice(0, -1)}${body === '{}' ? '' : ','}"x_cpex":`;
    const lists = '['.repeat(depth - 1);
    const closed = `${lists}${']'.repeat(depth - 1)}`;
    const objects = `${'{"a":'.repeat(depth - 1)}0${'}'.repeat(depth - 1)}`;
    return [
      call(`${depth} nested lists`, `${head}${closed}}`, refuse),
      call(`${depth} nested objects`, `${head}${objects}}`, refuse),
      call(`${depth} nested lists that are not closed`, `${head}${lists}`, true),
      ...(refuse
        ? Object.keys(fieldsOf(request)).flatMap((field) => [
            ...inPlace(depth, field, [], closed),
            ...inPlace(depth, field, { a: {} }, objects),
          ])
        : []),
    ];
  });
}

/** Stands for a text that is put in afterwards. */
const MARK = 'cpex-mark';

/** Letters that make a method name 64 KiB long. */
const LONG_NAME = 65_536;

/** err.nul: bytes that end a C string and no body, and a name that fits no buffer. */
export async function nulBytes(subject: Subject): Promise<TestOutcome> {
  const id = 'err.nul';
  const first = await hostileTest(
    id,
    subject,
    {},
    (samples) => validCalls(subject, samples).flatMap(nulBodies),
    (answered) => judgeAnswers(id, subject, answered),
  );
  if (first.findings.length > 0 || first.ending?.kind !== 'clean') return first;
  const { value = [], ending } = await withSamples(subject, {}, async ({ plugin: { session }, samples }) => {
    const calls = validCalls(subject, samples).map(({ method, request }) => ({ method, body: write(request) }));
    const seen = await session.perform?.('hostile.long-name', [['more', LONG_NAME], ...callFields(calls)]);
    if (seen === undefined) return [];
    return readAnswers(seen).map((answer, index) => {
      const method = calls[index]?.method ?? '';
      const call = { name: `the name ${method} with 64 KiB of letters behind it`, method, body: Buffer.alloc(0) };
      return { call: { ...call, refuse: false }, answer };
    });
  });
  const ok = value.filter(
    ({ call, answer }) => subject.profile.protocol.readEnvelope(answer.code, answer.bytes, call.method).ok === true,
  );
  return {
    ending,
    findings: [
      ...judgeAnswers(id, subject, value),
      ...ok.map(({ call }) => fault(id, `A method is answered by the beginning of its name: ${call.name}.`)),
    ],
  };
}

function nulBodies({ method, request }: ValidCall): HostileCall[] {
  const body = stringifyExact(request);
  const bad = (name: string, text: string) => ({ name, method, body: Buffer.from(text), refuse: true });
  return [
    bad('a NUL and garbage behind the body', `${body}\0{"garbage":`),
    bad('a NUL and another body behind the body', `${body}\0${body}`),
    bad('a NUL inside a text', `${body.slice(0, -1)}${body === '{}' ? '' : ','}"x_cpex":"a\0b"}`),
    bad('a NUL inside a key', `${body.slice(0, -1)}${body === '{}' ? '' : ','}"x\0cpex":1}`),
    bad('a NUL between two members', `${body.slice(0, -1)}\0${body === '{}' ? '' : ','}"x_cpex":1}`),
    bad('NULs alone', '\0'.repeat(64)),
  ];
}

/** As it stands: a host's own writer would put right what is to be wrong. */
function write(value: unknown): Buffer {
  return Buffer.from(stringifyExact(value));
}
