import { setTimeout as pause } from 'node:timers/promises';
import { StreamBroken } from './eager.js';
import type { Executed } from './executed.js';
import type { Headers } from './headers.js';
import { PassFailure } from './pass-failure.js';

/** A provider of the host's own, with the answer that it gives. Stands in for what the host reaches over the network. */
export interface Upstream {
  /** In lower case. */
  readonly provider: string;
  /** Format that it speaks. */
  readonly format: string;
  /** Names of models, `*` as a wildcard. */
  readonly models: readonly string[];
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly chunks: readonly Uint8Array[];
  readonly delayMs: number;
  /** A failure instead of an answer, or after the chunks. */
  readonly error?: string;
}

/** Whether a provider serves a model. */
export function serves(upstream: Upstream, model: string): boolean {
  const base = model.replace(/\([^()]*\)$/, '');
  return upstream.models.some((pattern) => matches(pattern, base));
}

function matches(pattern: string, model: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(model);
}

/** The answer of such a provider. Throws PassFailure where it fails. */
export async function runUpstream(upstream: Upstream, stream: boolean, signal: AbortSignal): Promise<Executed> {
  if (upstream.delayMs > 0) await pause(upstream.delayMs, undefined, { signal });
  const { status, headers, body, error } = upstream;
  if (status < 200 || status > 299)
    throw new PassFailure(Buffer.from(body).toString('utf8') || `status ${status}`, status);
  if (!stream) {
    if (error !== undefined) throw new PassFailure(error, 500);
    return { headers, body };
  }
  return { headers, chunks: pieces(upstream) };
}

async function* pieces({ chunks, body, error }: Upstream): AsyncGenerator<Uint8Array> {
  yield* chunks.length === 0 && body.length > 0 ? [body] : chunks;
  if (error !== undefined) throw new StreamBroken(error);
}
