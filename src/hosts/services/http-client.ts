import { ServiceError } from './service-error.js';

export interface HttpExchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
}

/**
 * Makes a real request: https, or http to this machine. Redirects are not followed but handed to
 * the plugin as they are, so a scheme can never change behind its back. Throws a ServiceError for
 * every failure.
 * @param limit largest body in bytes
 * @param signal ends the request, as a timeout or because the session closes
 */
export async function realRequest(exchange: HttpExchange, limit: number, signal: AbortSignal): Promise<HttpAnswer> {
  const url = allowedUrl(exchange.url);
  try {
    const { pieces, ...head } = await realExchange(exchange, signal);
    return { ...head, body: await joined(pieces, limit) };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    if (signal.aborted) throw signal.reason;
    throw new ServiceError('http_failed', `${exchange.method} ${url.origin} failed: ${failureText(error)}`);
  }
}

/** The same, with the body as it comes. Throws a ServiceError for a URL that is refused, else what fetch throws. */
export async function realExchange(
  exchange: HttpExchange,
  signal: AbortSignal,
): Promise<Omit<HttpAnswer, 'body'> & { readonly pieces: AsyncIterable<Uint8Array> }> {
  const response = await fetch(allowedUrl(exchange.url), {
    method: exchange.method,
    headers: requestHeaders(exchange.headers),
    redirect: 'manual',
    signal,
    ...(exchange.body === undefined ? {} : { body: exchange.body }),
  });
  return { status: response.status, headers: responseHeaders(response), pieces: response.body ?? nothing() };
}

/** What went wrong on the way, below fetch's own words. */
export function failureText(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : (error as Error).message;
}

/** A body in one piece. Throws a ServiceError when it is larger than `limit` bytes. */
export async function joined(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > limit) throw new ServiceError('too_large', `The answer has more than ${limit} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Throws a ServiceError unless the URL is https, or http to the loopback interface. */
export function allowedUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ServiceError('invalid_request', `"url" is no absolute URL: ${JSON.stringify(text)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ServiceError('http_refused', 'A URL with a user name or password is refused; use a header.');
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new ServiceError(
    'http_refused',
    `${url.protocol}//${url.host} is refused: only https, or http to this machine.`,
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

function requestHeaders(headers: HttpExchange['headers']): Headers {
  const all = new Headers();
  for (const [name, values] of Object.entries(headers)) {
    for (const value of values) {
      try {
        all.append(name, value);
      } catch {
        throw new ServiceError(
          'invalid_request',
          `The header ${JSON.stringify(name)} has a name or value that is not allowed.`,
        );
      }
    }
  }
  return all;
}

function responseHeaders(response: Response): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const [name, value] of response.headers) {
    // The body was unpacked on the way in, so these would describe something else.
    const stale = response.headers.has('content-encoding') && /^content-(encoding|length)$/.test(name);
    if (!stale && name !== 'set-cookie') all[name] = [value];
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) all['set-cookie'] = cookies;
  return all;
}
