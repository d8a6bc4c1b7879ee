import { findProfile } from '../../../src/hosts/registry.js';
import type { ServiceEvent, ServiceOptions } from '../../../src/model/profile.js';

export const base64 = (text: string) => Buffer.from(text).toString('base64');

const never = new AbortController().signal;

/** The callbacks of one session, asked as a plugin asks: bytes in, bytes out. */
export function callbacks(options: Partial<ServiceOptions> = {}, revision?: string) {
  const events: ServiceEvent[] = [];
  const profile = findProfile(revision === undefined ? 'cliproxy' : `cliproxy@${revision}`);
  const handle = profile.services({
    pluginId: 'sample',
    allowNet: false,
    observe: (event) => events.push(event),
    ...options,
  });
  const ask = async (method: string, request: unknown, signal = never): Promise<string> => {
    const body = Buffer.from(typeof request === 'string' ? request : JSON.stringify(request));
    const reply = await handle.answer(method, body, { callId: 1, signal });
    return reply.code === 0 ? Buffer.from(reply.body).toString() : `code ${reply.code}`;
  };
  /** Begins a call, and tells the callback id that it got. */
  const begin = (method: string) => {
    const scope = handle.beginCall?.(method, {});
    if (scope === undefined) throw new Error('This host tracks its calls.');
    return { scope, id: (scope.request as { host_callback_id?: string }).host_callback_id };
  };
  return { handle, events, ask, begin, profile };
}

/** The envelope of a host call that failed. */
export function failed(message: string): string {
  return `{"ok":false,"error":{"code":"host_call_failed","message":${JSON.stringify(message).replaceAll(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`)}}}`;
}
