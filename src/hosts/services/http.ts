import type { ScriptedHttp } from '../../model/profile.js';
import { type HttpAnswer, type HttpExchange, realRequest } from './http-client.js';
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
      if (answer !== undefined) return await play(answer, exchange, signal);
      if (options.allowNet) return await realRequest(exchange, options.limit, signal);
      throw notScripted(exchange);
    } finally {
      clearTimeout(timer);
    }
  };
}

async function play(answer: ScriptedHttp, exchange: HttpExchange, signal: AbortSignal): Promise<HttpAnswer> {
  await pause(answer.delayMs ?? 0, signal);
  if (answer.error !== undefined) {
    throw new ServiceError('http_failed', `${exchange.method} ${exchange.url} failed: ${answer.error}`);
  }
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), [value]] as const);
  return {
    status: answer.status,
    headers: Object.fromEntries(headers),
    body: Buffer.from(answer.body ?? '', 'utf8'),
  };
}

/** Rejects with the signal's reason when it fires first. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds === 0 && !signal.aborted) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
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
