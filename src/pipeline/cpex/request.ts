import { randomUUID } from 'node:crypto';
import { cpexContract } from '../../hosts/cpex/contract.js';
import { knownHook } from '../../hosts/cpex/hooks.js';
import { type Fields, isFields } from '../../hosts/json-fields.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { checkRequest } from './request-check.js';
import type { ContextTable, PipelineRequest } from './types.js';

/** What a hook is to be invoked with, as somebody wrote it down. */
export interface RequestParts {
  /** The contract's sample for the hook when absent. */
  readonly payload?: unknown;
  readonly extensions?: unknown;
  /** As a run hands it out: `request_id`, `global_state`, `local_states`. */
  readonly context?: unknown;
}

const HANDED_ON = 'The context of an earlier run stands in its --json: jq .result.context pre.json > context.json';
const CONTEXT_KEYS = ['request_id', 'global_state', 'local_states'];

/**
 * The request for a hook, checked against the contract.
 * @param hook in any spelling
 * @throws CpexError `CPEX_E_HOOK_UNKNOWN`, `CPEX_E_PIPELINE_REQUEST` with all that does not fit
 */
export function pipelineRequest(hook: string, parts: RequestParts): PipelineRequest {
  const canonical = knownHook(hook);
  const { payload = cpexContract.hooks.get(canonical)?.sample, extensions = {} } = parts;
  if (!isFields(extensions)) {
    throw unfit('The extensions do not fit.', ['They are a map of slots.'], 'docs/hosts/cpex.md lists all slots.');
  }
  const request = { payload, extensions, context: contextTable(parts.context ?? {}) };
  checkRequest(canonical, request);
  return request;
}

/** The context of a request as a run hands it out, and takes it in again. */
export function contextValue({ requestId, globalState, localStates }: ContextTable): Fields {
  return { request_id: requestId, global_state: globalState, local_states: localStates };
}

function contextTable(value: unknown): ContextTable {
  if (!isFields(value))
    throw unfit('The context does not fit.', ['It is a map with request_id, global_state, local_states.'], HANDED_ON);
  const { request_id = randomUUID(), global_state = {}, local_states = {} } = value;
  const unknown = Object.keys(value).filter((key) => !CONTEXT_KEYS.includes(key));
  const problems = [
    ...unknown.map((key) => `There is no key "${key}".${didYouMean(key, CONTEXT_KEYS)}`),
    ...(typeof request_id === 'string' ? [] : ['"request_id" must be a string.']),
    ...(isFields(global_state) ? [] : ['"global_state" must be an object.']),
    ...(isFields(local_states) && Object.values(local_states).every(isFields)
      ? []
      : ['"local_states" must be an object that holds an object for each plugin.']),
  ];
  if (problems.length > 0) throw unfit('The context does not fit.', problems, HANDED_ON);
  return {
    requestId: request_id as string,
    globalState: global_state as Fields,
    localStates: local_states as ContextTable['localStates'],
  };
}

function unfit(message: string, evidence: readonly string[], remedy: string): CpexError {
  return new CpexError('CPEX_E_PIPELINE_REQUEST', message, { evidence, remedy });
}
