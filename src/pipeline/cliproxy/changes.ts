import type { Headers } from './headers.js';
import type { Change } from './steps.js';
import { readable } from './values.js';

/** What happened to a body. */
export function bodyChanges(before: Uint8Array, after: Uint8Array): Change[] {
  if (Buffer.from(before).equals(Buffer.from(after))) return [];
  return [{ what: 'body', before: readable(before), after: readable(after) }];
}

/** What happened to headers, one change for each name. */
export function headerChanges(before: Headers, after: Headers): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const old = before[name]?.join(', ');
    const now = after[name]?.join(', ');
    if (old === now) return [];
    return [
      {
        what: `header ${name}`,
        ...(old === undefined ? {} : { before: old }),
        ...(now === undefined ? {} : { after: now }),
      },
    ];
  });
}
