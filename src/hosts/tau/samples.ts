import type { Registration, SampleCall } from '../../model/profile.js';
import { sampleValue } from '../sample-value.js';
import { tauContract } from './contract.js';
import { hooksOf, type Tool, toolsOf } from './registration.js';

/** Where the host of samples and runs works: a folder that is there on every machine of its kind. */
export const SAMPLE_CONTEXT = { cwd: '/tmp', session_id: 'session-1' };

/** Valid calls for everything that a plugin declared: one for each tool, and one for each hook. */
export function sampleCalls(registration: Registration): SampleCall[] {
  return [
    ...toolsOf(registration).map((tool, at) => ({
      capability: 'tools',
      method: 'tool_call',
      request: toolCall(tool, undefined, `call-${at + 1}`),
    })),
    ...hooksOf(registration).map((name) => ({ capability: 'hooks', ...hookCall(name, undefined) })),
  ];
}

/** The request that runs a tool, with arguments that fit its schema where none are given. */
export function toolCall({ name, parameters }: Tool, data: unknown, id: string): Readonly<Record<string, unknown>> {
  return { tool_call_id: id, name, arguments: data ?? sampleValue(parameters), ...SAMPLE_CONTEXT };
}

/** The message that a hook comes with: `session_start` has one of its own. */
export function hookCall(name: string, data: unknown): { method: string; request: unknown } {
  const sample = tauContract.hooks.get(name)?.sample ?? {};
  if (name === 'session_start') return { method: 'session_start', request: data ?? sample };
  return { method: 'hook', request: { name, data: data ?? sample } };
}
