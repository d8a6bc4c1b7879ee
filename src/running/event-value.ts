import type { ServiceEvent } from '../model/profile.js';

/** What a plugin did through a service, for machines: output as text where it is text, else as base64. */
export function eventValue(event: ServiceEvent): object {
  if (event.kind !== 'output' && event.kind !== 'step_log') return event;
  const { bytes, ...rest } = event;
  const text = Buffer.from(bytes).toString('utf8');
  const exact = Buffer.from(text).equals(Buffer.from(bytes));
  return { ...rest, ...(exact ? { text } : { base64: Buffer.from(bytes).toString('base64') }) };
}
