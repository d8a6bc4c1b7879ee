import type { ScriptedHttp } from '../../model/script.js';
import { pause } from './pause.js';

/** The connection failed: before an answer came, or while its body was read. */
export class TransportFailure extends Error {}

/** The head of an answer, and its body as it comes. */
export interface PlayedHttp {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Bytes of one piece of a body that the script only gives the size of. */
const PIECE = 32 * 1024;

/**
 * Plays a scripted answer: waits, then answers or fails. An error beside a body comes after it.
 * Throws TransportFailure, and the signal's reason when that fires first.
 */
export async function playHttp(answer: ScriptedHttp, signal: AbortSignal): Promise<PlayedHttp> {
  await pause(answer.delayMs ?? 0, signal);
  const { chunks, body, bodyBytes, bodyBase64, error, status, headers = {} } = answer;
  const hasBody = [chunks, body, bodyBytes, bodyBase64].some((one) => one !== undefined);
  if (error !== undefined && !hasBody) throw new TransportFailure(error);
  return { status, headers, pieces: bodyOf(answer) };
}

async function* bodyOf({ chunks, body, bodyBytes, bodyBase64, error }: ScriptedHttp): AsyncGenerator<Uint8Array> {
  if (bodyBase64 !== undefined) yield Buffer.from(bodyBase64, 'base64');
  for (const chunk of chunks ?? (body === undefined ? [] : [body])) yield Buffer.from(chunk, 'utf8');
  for (let left = bodyBytes ?? 0; left > 0; left -= PIECE) yield Buffer.alloc(Math.min(left, PIECE), 'x');
  if (error !== undefined) throw new TransportFailure(error);
}
