import type { TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { CODECS, type Codec } from '../../pipeline/cpex/types.js';
import { FAILING } from '../../report/reporters/reporter.js';

/** In which codecs cases are run: one of them, or each of them one after the other. */
export const CODEC_CHOICES = [...CODECS, 'both'] as const;
export type CodecChoice = (typeof CODEC_CHOICES)[number];

const NAMES: Readonly<Record<Codec, string>> = { json: 'JSON', msgpack: 'MessagePack' };

/**
 * One result for a case that ran in both codecs. What failed in both is told once; what failed in one of them alone
 * says so, because the plugin does not mean the same in both.
 */
export function agreed(json: TestResult, packed: TestResult): TestResult {
  const durationMs = json.durationMs + packed.durationMs;
  const broken = [json, packed].filter(({ verdict }) => FAILING.has(verdict));
  const [first] = broken;
  if (first === undefined) return { ...json, durationMs, codecs: CODECS };
  if (broken.length === 1) {
    const only = first === json ? 'json' : 'msgpack';
    const other = first === json ? 'msgpack' : 'json';
    const findings = first.findings.map((finding) => inOne(finding, only, other));
    return { ...first, findings, durationMs, codecs: CODECS };
  }
  const told = new Set(json.findings.map(({ message }) => message));
  const more = packed.findings.filter(({ message }) => !told.has(message));
  const findings = [...json.findings, ...more.map((finding) => prefixed(finding, `over ${NAMES.msgpack}`))];
  return { ...json, findings, durationMs, codecs: CODECS };
}

function inOne(finding: Finding, codec: Codec, other: Codec): Finding {
  const { evidence = [] } = finding;
  return {
    ...prefixed(finding, `over ${NAMES[codec]} alone`),
    evidence: [...evidence, `over ${NAMES[other]} the same case passes`],
  };
}

function prefixed(finding: Finding, words: string): Finding {
  return { ...finding, message: `${words}: ${finding.message}` };
}
