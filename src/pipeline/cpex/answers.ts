import type { Envelope } from '../../model/profile.js';
import type { PluginAnswer } from './types.js';

/** Codes with which an SDK says that it has caught a panic. */
const PANIC_CODES: ReadonlySet<string> = new Set(['plugin_panic', 'panic']);

/** What an envelope means for a pipeline. */
export function readAnswer({ ok, result, error, findings }: Envelope, durationNs: number): PluginAnswer {
  if (ok === true) return { kind: 'result', result, findings, durationNs };
  if (ok === undefined || error === undefined) {
    const message = findings[0]?.message ?? 'The answer of the plugin cannot be read.';
    return { kind: 'error', message, code: 'invalid_response', durationNs };
  }
  const { code, message, details } = error;
  const more = details === undefined ? {} : { details };
  if (PANIC_CODES.has(code)) return { kind: 'panic', message, code: 'panic', ...more, durationNs };
  return { kind: 'error', message, code, ...more, durationNs };
}
