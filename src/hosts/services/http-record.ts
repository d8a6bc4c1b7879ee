import type { ScriptedHttp } from '../../model/script.js';
import type { HttpAnswer, HttpExchange } from './http-client.js';

/** Largest body that is worth writing down, in bytes. */
const LIMIT = 1024 * 1024;

interface Coming extends Omit<HttpAnswer, 'body'> {
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * The body of an answer as it comes. At its end `tell` gets the whole as a script would give it; answers
 * that are too large or were not read to their end are left out.
 */
export async function* recorded(
  { method, url }: HttpExchange,
  { status, headers, pieces }: Coming,
  tell: (answer: ScriptedHttp) => void,
): AsyncGenerator<Uint8Array> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size <= LIMIT) kept.push(piece);
    yield piece;
  }
  if (size > LIMIT) return;
  const body = Buffer.concat(kept);
  const text = body.toString('utf8');
  const single = Object.entries(headers).map(([name, values]) => [name, values.join(', ')] as const);
  tell({
    method,
    url,
    status,
    headers: Object.fromEntries(single),
    ...(Buffer.from(text).equals(body) ? { body: text } : { bodyBase64: body.toString('base64') }),
  });
}
