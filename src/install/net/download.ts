import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { CpexError, isCpexError } from '../../support/errors.js';
import { printable } from '../../support/printable.js';
import type { CopyFacts } from '../copy.js';
import { redirectTarget, safeAddress, shownAddress } from './address.js';

/** Makes one request and follows nothing; `fetch` in production. */
export type Fetcher = (
  url: URL,
  init: { headers: Record<string, string>; redirect: 'manual'; signal: AbortSignal },
) => Promise<Response>;

/** How to reach servers, and for how long. */
export interface NetOptions {
  readonly fetcher?: Fetcher;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which a server counts as gone. */
  readonly idleMs?: number;
  /** Milliseconds for a whole download. */
  readonly totalMs?: number;
}

/** What one download asks for beside its address. */
export interface DownloadOptions extends NetOptions {
  /** Bytes after which a download is broken off. */
  readonly limit: number;
  readonly accept: string;
}

const IDLE_MS = 30_000;
const TOTAL_MS = 10 * 60_000;
const REDIRECTS = 5;

/**
 * Downloads over https into a file that must not exist yet. No header of ours names a person or a secret,
 * so none can reach another host. On failure the file is gone.
 * @throws CpexError `CPEX_E_INSTALL_URL`, `CPEX_E_INSTALL_DOWNLOAD`, `CPEX_E_INTERRUPTED`
 */
export async function downloadFile(address: string, destination: string, options: DownloadOptions): Promise<CopyFacts> {
  const handle = await open(destination, 'wx', 0o600);
  const hash = createHash('sha256');
  let size = 0;
  try {
    await download(address, options, async (piece) => {
      hash.update(piece);
      size += piece.length;
      await handle.writeFile(piece);
    });
    await handle.close();
    return { sha256: hash.digest('hex'), size };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(destination, { force: true });
    throw error;
  }
}

/** Downloads a text over https. */
export async function downloadText(address: string, options: DownloadOptions): Promise<string> {
  const pieces: Uint8Array[] = [];
  await download(address, options, async (piece) => void pieces.push(piece));
  return Buffer.concat(pieces).toString('utf8');
}

async function download(
  address: string,
  options: DownloadOptions,
  take: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  const first = safeAddress(address);
  const clock = new Clock(options);
  try {
    const { response, url } = await follow(first, options, clock);
    await readBody(response, url, options, clock, take);
  } catch (error) {
    if (isCpexError(error)) throw error;
    if (options.signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted while downloading.');
    const cause = (error as { cause?: unknown }).cause;
    const reason = clock.expired ?? (cause instanceof Error ? cause.message : (error as Error).message);
    throw failed(first, reason, [], error);
  } finally {
    clock.stop();
  }
}

async function follow(first: URL, options: DownloadOptions, clock: Clock): Promise<{ response: Response; url: URL }> {
  let url = first;
  const fetcher: Fetcher = options.fetcher ?? ((to, init) => fetch(to, init));
  for (let redirects = 0; ; redirects++) {
    clock.tick();
    const headers = { accept: options.accept, 'user-agent': 'cpex' };
    const response = await fetcher(url, { headers, redirect: 'manual', signal: clock.signal });
    if (response.status < 300 || response.status >= 400) return { response, url };
    const location = response.headers.get('location');
    await response.body?.cancel();
    if (location === null) throw failed(url, `status ${response.status} without an address to go to`);
    if (redirects === REDIRECTS) throw failed(first, `it leads through more than ${REDIRECTS} redirects`);
    url = redirectTarget(url, location);
  }
}

async function readBody(
  response: Response,
  url: URL,
  { limit }: DownloadOptions,
  clock: Clock,
  take: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  if (response.status !== 200) throw await refusedByServer(response, url);
  const tooLong = () => failed(url, `it is longer than ${limit} bytes`);
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (announced > limit) {
    await response.body?.cancel();
    throw tooLong();
  }
  let size = 0;
  for await (const piece of response.body ?? []) {
    clock.tick();
    size += piece.length;
    if (size > limit) throw tooLong();
    await take(piece);
  }
}

async function refusedByServer(response: Response, url: URL): Promise<CpexError> {
  const evidence: string[] = [];
  const { status, headers } = response;
  const limited = status === 429 || (status === 403 && headers.get('x-ratelimit-remaining') === '0');
  const reset = Number(headers.get('x-ratelimit-reset') ?? 0);
  await response.body?.cancel();
  if (limited && reset > 0) evidence.push(`requests are counted anew at ${new Date(reset * 1000).toISOString()}`);
  return failed(url, limited ? `status ${status}: too many requests from this network` : `status ${status}`, evidence);
}

function failed(url: URL, reason: string, evidence: readonly string[] = [], cause?: unknown): CpexError {
  return new CpexError(
    'CPEX_E_INSTALL_DOWNLOAD',
    `The download of ${shownAddress(url)} failed: ${printable(reason)}.`,
    {
      evidence,
      remedy:
        'Look at the address and the network, or download the files in another way and install them from a folder.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** Ends a download that stands still or takes too long. */
class Clock {
  private readonly controller = new AbortController();
  private readonly total: NodeJS.Timeout;
  private readonly abort = () => this.controller.abort();
  private idle: NodeJS.Timeout | undefined;
  /** Which limit was passed. */
  expired: string | undefined;

  constructor(private readonly options: NetOptions) {
    const totalMs = options.totalMs ?? TOTAL_MS;
    this.total = setTimeout(() => this.expire(`it took longer than ${totalMs / 1000} s`), totalMs);
    if (options.signal.aborted) this.abort();
    options.signal.addEventListener('abort', this.abort);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Something came. */
  tick(): void {
    clearTimeout(this.idle);
    const idleMs = this.options.idleMs ?? IDLE_MS;
    this.idle = setTimeout(() => this.expire(`nothing came for ${idleMs / 1000} s`), idleMs);
  }

  stop(): void {
    clearTimeout(this.idle);
    clearTimeout(this.total);
    this.options.signal.removeEventListener('abort', this.abort);
  }

  private expire(why: string): void {
    this.expired ??= why;
    this.abort();
  }
}
