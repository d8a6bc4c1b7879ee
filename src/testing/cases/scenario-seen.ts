import type { ServiceEvent } from '../../model/profile.js';
import { contextValue } from '../../pipeline/cpex/request.js';
import type { Change, ExecutionRecord, PipelineResult, Violation } from '../../pipeline/cpex/types.js';
import { show } from './match.js';

/** What one hook of a scenario came to. */
export interface StepSeen {
  /** By the key of the expectation. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What the next hook of the request begins with. */
  readonly carried: { readonly extensions: unknown; readonly context: unknown };
  /** What the plugins did through their host, each with the plugin's name. */
  readonly events: readonly ServiceEvent[];
  readonly records: readonly ExecutionRecord[];
  /** Why the request was denied; absent where it was not. */
  readonly violation?: Violation;
  readonly hook: string;
  readonly durationNs: number;
}

/** Changes of one plugin that are told. */
const MOST_CHANGES = 12;

/** A result in the words of the expectations. */
export function seenOf(
  result: PipelineResult,
  background: Awaited<ReturnType<PipelineResult['background']>>,
  events: readonly ServiceEvent[],
): StepSeen {
  const records = [...result.records, ...background.records];
  const changes = result.records.flatMap((record) =>
    record.applied ? (record.changes ?? []).map((change) => ({ plugin: record.plugin_name, ...change })) : [],
  );
  return {
    values: {
      verdict: result.verdict,
      violation: result.violation,
      payload: result.payload,
      payload_modified: result.payloadModified,
      changes,
      extensions: result.extensions,
      extensions_modified: result.extensionsModified,
      errors: result.errors,
      background_errors: background.errors,
      records: Object.fromEntries(records.map((record) => [record.plugin_name, record])),
      global_state: result.context.globalState,
      local_states: result.context.localStates,
    },
    carried: { extensions: result.extensions, context: contextValue(result.context) },
    events,
    records,
    ...(result.violation === undefined ? {} : { violation: result.violation }),
    hook: result.hook,
    durationNs: result.durationNs,
  };
}

/** The part of a step that is the same in each run, for a snapshot. */
export function snapshotOf({ values }: StepSeen): unknown {
  const { records, ...rest } = values;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
}

/**
 * Who did what in a step, one line for each plugin and each change.
 * @param index of the step, where there are several
 */
export function accountLines({ hook, records, violation }: StepSeen, index: number | undefined): string[] {
  const head = index === undefined ? [] : [`steps[${index}] ${hook}`];
  return [...head, ...records.flatMap((record) => recordLines(record, violation))];
}

function recordLines(record: ExecutionRecord, violation: Violation | undefined): string[] {
  const { plugin_name, mode, status, requested_allow, effective_allow, error_code, reason, changes = [] } = record;
  const wish = requested_allow === undefined ? '' : requested_allow ? ', allow' : ', deny';
  const held = requested_allow === false && effective_allow ? ' without effect' : '';
  const code = error_code === undefined || error_code === status ? '' : `, ${error_code}`;
  // The reason in a record says nothing that stands in the configuration, not even why a rule of it denies.
  const denied = status === 'completed' && requested_allow === false && violation?.plugin_name === plugin_name;
  const said = denied ? `${violation.code}: ${violation.reason}` : reason;
  const why = said === undefined ? '' : `: ${said}`;
  const kept = record.applied ? '' : ' (not kept)';
  const hidden = changes.length - MOST_CHANGES;
  return [
    `${plugin_name} (${mode}): ${status}${wish}${held}${code}${why}`,
    ...changes.slice(0, MOST_CHANGES).map((change) => `  ${changeLine(change)}${kept}`),
    ...(hidden > 0 ? [`  and ${hidden} more changes`] : []),
  ];
}

function changeLine({ path, before, after }: Change): string {
  if (before === undefined) return `${path}: + ${show(after)}`;
  if (after === undefined) return `${path}: - ${show(before)}`;
  return `${path}: ${show(before)} → ${show(after)}`;
}
