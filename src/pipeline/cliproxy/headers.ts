import { canonicalHeader } from '../../hosts/cliproxy/go-headers.js';

/** HTTP headers as Go's http.Header holds them. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/**
 * What an interceptor's answer makes of headers: names of `clear` go first, then each header of `updates`
 * replaces the one of its name. As in Go only the canonical spelling of a name is looked up.
 */
export function mergeHeaders(current: Headers, updates: Headers, clear: readonly string[]): Headers {
  const merged = new Map(Object.entries(current));
  for (const name of clear) merged.delete(canonicalHeader(name));
  for (const [name, values] of Object.entries(updates)) {
    merged.delete(canonicalHeader(name));
    if (values.length > 0) merged.set(canonicalHeader(name), [...values]);
  }
  return Object.fromEntries(merged);
}

/** Headers as the host sends them: nil where there are none. */
export function nullWhenEmpty(headers: Headers): Headers | null {
  return Object.keys(headers).length === 0 ? null : headers;
}

/** Headers that somebody wrote by hand: one text or a list of texts for each name. */
export function readHeaders(value: unknown): Headers | undefined {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const read = new Map<string, readonly string[]>();
  for (const [name, held] of Object.entries(value)) {
    const values: unknown[] = Array.isArray(held) ? held : [held];
    if (!values.every((one) => typeof one === 'string')) return undefined;
    read.set(canonicalHeader(name), values as string[]);
  }
  return Object.fromEntries(read);
}
