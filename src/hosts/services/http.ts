import type { ScriptedHttp } from '../../model/script.js';
import { type HttpAnswer, type HttpExchange, joined, realRequest } from './http-client.js';
import { playHttp, TransportFailure } from './http-play.js';
import { scriptedAnswers } from './http-script.js';
import { ServiceError } from './service-error.js';

export interface HttpOptions {
  readonly script: readonly ScriptedHttp[];
  readonly allowNet: boolean;
  /** Largest body in bytes. */
  readonly limit: number;
}

/** Milliseconds for a request that names no time limit, and the most that one may name. */
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIMEOUT_MS = 300_000;

/**
 * Answers HTTP requests: from the script where it has an answer, else for real where the network
 * is allowed, else not at all. Throws ServiceErrors.
 */
export function httpService(options: HttpOptions) {
  const scripted = scriptedAnswers(options.script);
  return async (exchange: HttpExchange, timeoutMs: number | undefined, cancel: AbortSignal): Promise<HttpAnswer> => {
    const limit = Math.min(timeoutMs ?? DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(timedOut(exchange, limit)), limit);
    const signal = AbortSignal.any([cancel, timeout.signal]);
    try {
      const answer = scripted(exchange.method, exchange.url);
      if (answer !== undefined) return await play(answer, exchange, options.limit, signal);
      if (options.allowNet) return await realRequest(exchange, options.limit, signal);
      throw notScripted(exchange);
    } finally {
      clearTimeout(timer);
    }
  };
}

async function play(
  answer: ScriptedHttp,
  exchange: HttpExchange,
  limit: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    const { status, headers, pieces } = await playHttp(answer, signal);
    const names = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]] as const);
    return { status, headers: Object.fromEntries(names), body: await joined(pieces, limit) };
  } catch (error) {
    if (!(error instanceof TransportFailure)) throw error;
    throw new ServiceError('http_failed', `${exchange.method} ${exchange.url} failed: ${error.message}`);
  }
}

function timedOut(exchange: HttpExchange, limit: number): ServiceError {
  return new ServiceError('http_timeout', `${exchange.method} ${exchange.url} took longer than ${limit} ms.`);
}

function notScripted(exchange: HttpExchange): ServiceError {
  return new ServiceError(
    'http_not_scripted',
    `There is no scripted answer for ${exchange.method} ${exchange.url}, and the network is off (--allow-net turns it on).`,
  );
}
