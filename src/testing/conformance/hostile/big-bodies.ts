import { BODY_LIMIT } from '../../../hosts/cpex/limits.js';
import type { Finding } from '../../../model/finding.js';
import type { Observation } from '../../../model/watch.js';
import { stringifyExact } from '../../../support/exact-json.js';
import type { Subject } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { envelopeOf, readAnswers, withSamples } from './exchange.js';
import { type ValidCall, validCalls } from './hostile-call.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bodies of one long text; the last is as large as the host may send. */
const TEXTS = [64 * KIB, MIB, 16 * MIB, BODY_LIMIT] as const;

/** Bodies of many members, which are read more slowly by any reader. */
const MEMBERS = [64 * KIB, MIB] as const;

/** A reader whose time grows so much faster than its body is quadratic: one that is not stays near 1. */
const TOO_FAST = 6;

/** Processor time in milliseconds below which growth says nothing. */
const NOTICEABLE = 200;

/** err.big: one method with bodies that grow, as long as their time grows with them. */
export async function bigBodies(subject: Subject): Promise<TestOutcome> {
  const { value = [], ending } = await withSamples(subject, {}, async ({ plugin: { session }, samples }) => {
    const calls = validCalls(subject, samples);
    // What the plugin is there for, rather than its life cycle.
    const call = calls.find(({ method }) => method === samples[0]?.method) ?? calls[0];
    if (call === undefined || session.perform === undefined) return [];
    const found: Finding[] = [];
    for (const [members, sizes] of [
      [1, MEMBERS],
      [0, TEXTS],
    ] as const) {
      let before: Measured | undefined;
      for (const size of sizes) {
        const seen = await session.perform('hostile.big', [
          ...bodyFields(call, members === 1),
          ['size', size],
          ['members', members],
        ]);
        const measured = { size, cpuMs: seen.number('cpu-ms') };
        found.push(...judgeAnswer(subject, call, size, seen));
        const slow = before === undefined ? undefined : judgeGrowth(call, members === 1, before, measured);
        if (slow !== undefined) found.push(slow);
        if (slow !== undefined || found.length > 0) break;
        before = measured;
      }
    }
    return found;
  });
  return { findings: value, ending };
}

interface Measured {
  readonly size: number;
  /** Processor time of the whole child. */
  readonly cpuMs: number;
}

/** Around what fills a body: a text, or members after a first one. */
function bodyFields({ method, request }: ValidCall, members: boolean): [string, string][] {
  const body = stringifyExact(request);
  const head = `${body.slice(0, -1)}${body === '{}' ? '' : ','}"x_cpex":`;
  return [
    ['method', method],
    ['head', `${head}${members ? '0' : '"'}`],
    ['tail', members ? '}' : '"}'],
  ];
}

function judgeAnswer(subject: Subject, { method }: ValidCall, size: number, seen: Observation): Finding[] {
  const [answer] = readAnswers(seen);
  const envelope = answer === undefined ? undefined : envelopeOf(subject, method, answer);
  if (envelope === undefined) return [];
  const body = `a valid body of ${words(size)}`;
  if (envelope.ok === undefined) {
    return [
      fault(
        'err.big',
        `${method} answers ${body} with no envelope.`,
        envelope.findings.map(({ message }) => message),
      ),
    ];
  }
  const code = envelope.error?.code;
  if (code !== 'invalid_request' || subject.profile.name !== 'cpex') return [];
  return [
    {
      ...fault('err.big', `${method} refuses ${body}, which is within the limits that it was told.`, [
        `${code}: ${envelope.error?.message ?? ''}`,
      ]),
      severity: 'warn',
    },
  ];
}

function judgeGrowth(call: ValidCall, members: boolean, before: Measured, now: Measured): Finding | undefined {
  const growth = now.cpuMs / Math.max(before.cpuMs, 1) / (now.size / before.size);
  if (now.cpuMs < NOTICEABLE || growth < TOO_FAST) return undefined;
  const kind = members ? 'members of one object' : 'one text';
  return {
    ...fault('err.big', `${call.method} takes time that grows faster than its body: it is not read in one pass.`, [
      `${kind}: ${words(before.size)} in ${before.cpuMs.toFixed(0)} ms, ${words(now.size)} in ${now.cpuMs.toFixed(0)} ms of processor time`,
    ]),
    severity: 'warn',
  };
}

function words(size: number): string {
  return size < MIB ? `${size / KIB} KiB` : `${size / MIB} MiB`;
}
