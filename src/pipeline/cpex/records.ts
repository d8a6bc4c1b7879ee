import type { Finding } from '../../model/finding.js';
import { changesBetween, MOST_CHANGES } from './changes.js';
import type { Effect, Mode } from './effects.js';
import type { Asked, Judged } from './judge.js';
import type { Redaction } from './redaction.js';
import type { Change, ErrorRecord, ExecutionRecord, PluginEntry, RunStatus, Violation } from './types.js';

/** Bytes that a reason may have. */
const REASON_BYTES = 256;
/** Bytes of a message that an error or a violation repeats of a plugin. */
const MESSAGE_BYTES = 4096;
/** Names of configuration keys that a record lists. */
const MOST_KEYS = 64;

/** Who and what a record is about. */
export interface Subject {
  readonly entry: PluginEntry;
  /** Id that the plugin registered with; empty for one that was never started. */
  readonly id: string;
  readonly hook: string;
  readonly redaction: Redaction;
}

const STATUS: Readonly<Record<Judged['outcome'], RunStatus>> = {
  allow: 'completed',
  modify: 'completed',
  deny: 'completed',
  deny_bare: 'completed',
  error: 'error',
  panic: 'error',
  timeout: 'timeout',
  cancelled: 'cancelled',
};

/** A call of a plugin and what it came to. */
export interface Called {
  readonly subject: Subject;
  readonly asked: Asked;
  readonly judged: Judged;
  /** Undefined for a call that was cancelled. */
  readonly effect: Effect | undefined;
}

/**
 * The record of a plugin that was called.
 * @param cancelled why its call was cancelled, if it was
 */
export function recordOf({ subject, judged, effect, asked }: Called, cancelled?: string): ExecutionRecord {
  const { redaction } = subject;
  const { failure, rejection, metadata } = judged;
  const changes = changesOf(judged, asked, redaction);
  const reason = judged.outcome === 'cancelled' ? cancelled : reasonOf(judged, redaction);
  const code = failure?.code ?? (rejection === undefined ? undefined : 'extension_rejected');
  const changed = judged.payload !== undefined || judged.extensions !== undefined;
  return {
    ...identity(subject),
    status: STATUS[judged.outcome],
    ...(judged.allow === undefined ? {} : { requested_allow: judged.allow }),
    effective_allow: effect?.verdict !== 'deny',
    matched: true,
    applied: changed && effect?.changes === 'applied',
    payload_modified: judged.payload !== undefined,
    extensions_modified: judged.extensions !== undefined,
    duration_ns: Math.round(judged.durationNs),
    ...(reason === undefined ? {} : { reason: shortened(reason) }),
    ...(code === undefined ? {} : { error_code: shortened(code) }),
    config_keys: keysOf(subject.entry),
    ...(changes.length === 0 ? {} : { changes: changes.slice(0, MOST_CHANGES) }),
    ...(metadata === undefined ? {} : { metadata: redaction.withoutSecrets(metadata) }),
    findings: [
      ...judged.findings.map((finding) => cleanFinding(finding, redaction)),
      ...(changes.length > MOST_CHANGES ? [MORE_CHANGES] : []),
    ],
  };
}

const MORE_CHANGES: Finding = {
  id: 'hook.changes',
  severity: 'info',
  message: `The plugin changed more than ${MOST_CHANGES} places, of which the record names the first ${MOST_CHANGES}.`,
};

/** The record of a plugin that was not called. */
export function idleRecord(
  subject: Subject,
  status: 'skipped' | 'disabled',
  { matched, reason }: { readonly matched: boolean; readonly reason: string },
): ExecutionRecord {
  return {
    ...identity(subject),
    status,
    effective_allow: true,
    matched,
    applied: false,
    payload_modified: false,
    extensions_modified: false,
    duration_ns: 0,
    reason: shortened(subject.redaction.text(reason)),
    config_keys: keysOf(subject.entry),
    findings: [],
  };
}

/** The errors that a run records of one plugin: its failure, and changes of extensions that were not taken. */
export function errorsOf({ subject: { entry, redaction }, judged, effect }: Called): ErrorRecord[] {
  const { failure, rejection } = judged;
  const plugin_name = entry.name;
  const failed = failure !== undefined && effect?.recorded === true;
  return [
    ...(failed ? [failureRecord(plugin_name, failure)] : []),
    ...(rejection === undefined
      ? []
      : [{ plugin_name, message: told(redaction.text(rejection)), code: 'extension_rejected' }]),
  ];
}

function failureRecord(plugin_name: string, failure: NonNullable<Judged['failure']>): ErrorRecord {
  const { message, code, details } = failure;
  return { plugin_name, ...failure, message: told(message), code: shortened(code), ...protocolCode(details) };
}

/** Why a run is denied: the plugin's own words, or the host's where the plugin failed or gave none. */
export function violationOf({ subject: { entry, redaction }, judged, effect }: Called): Violation {
  const plugin_name = entry.name;
  const violation = effect?.violation;
  if (violation === 'own' && judged.violation !== undefined) {
    return { ...(redaction.withoutSecrets(judged.violation) as Omit<Violation, 'plugin_name'>), plugin_name };
  }
  const reason = told(judged.failure?.message ?? 'The plugin denied and gave no reason.');
  const details = judged.failure?.details;
  return { code: String(violation), reason, ...(details === undefined ? {} : { details }), plugin_name };
}

function told(message: string): string {
  return shortened(message, MESSAGE_BYTES);
}

/** A text of at most so many bytes, 256 when absent, that ends where a character does. */
export function shortened(text: string, limit = REASON_BYTES): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const mark = '…';
  let bytes = limit - Buffer.byteLength(mark);
  let kept = '';
  for (const character of text) {
    bytes -= Buffer.byteLength(character);
    if (bytes < 0) break;
    kept += character;
  }
  return kept + mark;
}

function identity({ entry, id, hook }: Subject) {
  return {
    plugin_id: id,
    plugin_name: entry.name,
    plugin_kind: shortened(entry.kind),
    hook_name: hook,
    mode: entry.mode as Mode | 'disabled',
  };
}

function keysOf({ config }: PluginEntry): readonly string[] {
  return Object.keys(config)
    .slice(0, MOST_KEYS)
    .map((key) => shortened(key));
}

function reasonOf(judged: Judged, redaction: Redaction): string | undefined {
  const { failure, violation, rejection, allow } = judged;
  if (failure !== undefined) return failure.message;
  if (violation !== undefined) return redaction.text(`${violation.code}: ${violation.reason}`);
  if (allow === false) return 'The plugin denied and gave no reason.';
  return rejection === undefined ? undefined : redaction.text(rejection);
}

function changesOf({ payload, extensions }: Judged, asked: Asked, redaction: Redaction): readonly Change[] {
  if (payload === undefined && extensions === undefined) return [];
  // Secrets go before long values are cut: a part of one would be found no more.
  const clean = <T>(value: T) => redaction.withoutSecrets(value);
  return [
    ...(payload === undefined ? [] : changesBetween('payload', clean(asked.request.payload), clean(payload.value))),
    ...(extensions === undefined ? [] : changesBetween('extensions', clean(asked.extensions), clean(extensions))),
  ];
}

function cleanFinding(finding: Finding, redaction: Redaction): Finding {
  const { evidence } = finding;
  return {
    ...finding,
    message: told(redaction.text(finding.message)),
    ...(evidence === undefined ? {} : { evidence: evidence.map((line) => told(redaction.text(line))) }),
  };
}

function protocolCode(details: unknown): { readonly proto_error_code?: number | bigint } {
  const code = (details as { readonly proto_error_code?: unknown } | null | undefined)?.proto_error_code;
  return typeof code === 'bigint' || Number.isInteger(code) ? { proto_error_code: code as number | bigint } : {};
}
