import { expect } from 'vitest';
import { cpexProfile } from '../../src/hosts/cpex/profile.js';
import type { HostServicesHandle, ServiceEvent, ServiceOptions } from '../../src/model/profile.js';

export const base64 = (text: string) => Buffer.from(text).toString('base64');

const never = new AbortController().signal;

/** The services of one session, what they observed, and a way to ask them as a plugin does. */
export function services(options: Partial<ServiceOptions> = {}) {
  const events: ServiceEvent[] = [];
  const handle = cpexProfile.services({
    pluginId: 'sample',
    allowNet: false,
    observe: (event) => events.push(event),
    ...options,
  });
  return {
    handle,
    events,
    ask: (method: string, request: unknown, signal = never) => ask(handle, method, request, signal),
  };
}

/** Asks, and reads the envelope, which must be flawless. */
async function ask(handle: HostServicesHandle, method: string, request: unknown, signal: AbortSignal) {
  const body = request instanceof Uint8Array ? request : Buffer.from(JSON.stringify(request));
  const reply = await handle.answer(method, body, { callId: 1, signal });
  expect(reply.code).toBe(0);
  const envelope = cpexProfile.protocol.readEnvelope(reply.code, reply.body, method);
  expect(envelope.findings).toEqual([]);
  return envelope.ok ? { result: envelope.result } : { error: envelope.error?.code, message: envelope.error?.message };
}
