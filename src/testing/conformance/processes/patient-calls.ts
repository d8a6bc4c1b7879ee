import type { Tool } from '../../../hosts/tau/registration.js';
import { toolCall } from '../../../hosts/tau/samples.js';
import type { Trial } from '../../subject.js';

/** How long a call may take before it is cancelled, in milliseconds: a tool that watches or waits does so on purpose. */
const PATIENCE_MS = 1000;

type Options = Parameters<Trial['plugin']['invoke']>[2];

let lastCall = 0;

/** One call of a tool, under an id of its own, with arguments that fit where none are given; cancelled as the others here. */
export function call(trial: Trial, tool: Tool, data?: unknown, options?: Options) {
  return patiently(trial, 'tool_call', toolCall(tool, data, `test-${++lastCall}`), options);
}

/** A call that is cancelled when it takes long, unless somebody else does so; its answer has to come all the same. */
export async function patiently(trial: Trial, method: string, request: unknown, options?: Options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    return await trial.plugin.invoke(method, request, { signal: stop.signal, ...options });
  } finally {
    clearTimeout(timer);
  }
}
