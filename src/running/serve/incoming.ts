import type { IncomingMessage } from 'node:http';
import { canonicalHeader } from '../../hosts/cliproxy/go-headers.js';

/** A request target, taken apart as Go's net/url does. */
export interface Target {
  /** Decoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
}

/** Path and query of a request line; undefined for one that no browser sends. */
export function readTarget(url: string): Target | undefined {
  if (!url.startsWith('/')) return undefined;
  const mark = url.indexOf('?');
  const path = decoded(mark === -1 ? url : url.slice(0, mark));
  return path === undefined ? undefined : { path, query: readQuery(mark === -1 ? '' : url.slice(mark + 1)) };
}

/** Pairs that cannot be decoded, or hold a semicolon, are dropped. */
function readQuery(text: string): Record<string, string[]> {
  const found = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const [name = '', ...rest] = pair.split('=');
    const key = decoded(name.replaceAll('+', ' '));
    const value = decoded(rest.join('=').replaceAll('+', ' '));
    if (key !== undefined && value !== undefined) found.set(key, [...(found.get(key) ?? []), value]);
  }
  return Object.fromEntries(found);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Headers that Go's server keeps for itself. */
const HELD_BACK = new Set(['Host', 'Transfer-Encoding']);

/** The headers of a request as Go hands them to a handler. */
export function readHeaders(request: IncomingMessage): Record<string, string[]> {
  const found = new Map<string, string[]>();
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = canonicalHeader(request.rawHeaders[at] ?? '');
    if (!HELD_BACK.has(name)) found.set(name, [...(found.get(name) ?? []), request.rawHeaders[at + 1] ?? '']);
  }
  return Object.fromEntries(found);
}

/** The body of a request; undefined for one larger than the limit, of which no more is read. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > limit) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Names by which a browser on this machine reaches the server; any other may have been pointed here by a stranger. */
export function isOwnHost(host: string | undefined, port: number): boolean {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const own = new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
  return host !== undefined && own.has(host.toLowerCase());
}
