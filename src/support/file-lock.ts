import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { onExit } from './cleanup.js';
import { CpexError, systemCode } from './errors.js';
import { processStart } from './process-group.js';

/** How often a waiting process looks again, in milliseconds. */
const POLL_MS = 50;

/** An owner that has not written its name after this time died on the way, in milliseconds. */
const NAMELESS_MS = 5000;

export interface LockOptions {
  /** Milliseconds to wait for another holder. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** Called once when the lock is held by another process. */
  readonly onWait?: (owner: number | undefined) => void;
}

export type LockResult =
  | { readonly held: true; readonly release: () => Promise<void> }
  /** The time limit passed; `owner` is the other's process id, where known. */
  | { readonly held: false; readonly owner: number | undefined };

/**
 * Takes a lock that processes of one machine share through a file. The file names its owner, so
 * that the lock of a process that died is taken over.
 * @param file absolute path in an existing folder
 * @throws CpexError `CPEX_E_INTERRUPTED`
 */
export async function lockFile(file: string, options: LockOptions): Promise<LockResult> {
  const deadline = Date.now() + options.timeout;
  const mine = JSON.stringify({ pid: process.pid, birth: birth(process.pid), token: randomBytes(8).toString('hex') });
  let told = false;
  for (;;) {
    if (options.signal?.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted while waiting for a lock.');
    if (await create(file, mine)) return { held: true, release: releaser(file, mine) };
    const theirs = await readFile(file, 'utf8').catch(() => undefined);
    if (theirs !== undefined && (await isAbandoned(file, theirs))) {
      await remove(file, theirs);
      continue;
    }
    const owner = theirs === undefined ? undefined : parse(theirs)?.pid;
    if (!told) options.onWait?.(owner);
    told = true;
    if (Date.now() >= deadline) return { held: false, owner };
    await wait(POLL_MS);
  }
}

async function create(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(text).finally(() => handle.close());
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function releaser(file: string, mine: string): () => Promise<void> {
  const release = () => remove(file, mine);
  const forget = onExit(release);
  return async () => {
    forget();
    await release();
  };
}

/** Removes the lock with this very content. One that another process took meanwhile is put back. */
async function remove(file: string, expected: string): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, 'utf8')) !== expected) await link(aside, file);
  } catch (error) {
    // Gone, or taken again: then there is nothing of ours to remove.
    if (!['ENOENT', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function isAbandoned(file: string, text: string): Promise<boolean> {
  const owner = parse(text);
  if (owner === undefined) {
    const facts = await stat(file).catch(() => undefined);
    return facts !== undefined && Date.now() - facts.mtimeMs > NAMELESS_MS;
  }
  return !isAlive(owner.pid) || birth(owner.pid) !== owner.birth;
}

function parse(text: string): { pid: number; birth: string } | undefined {
  try {
    const { pid, birth: born } = JSON.parse(text) as { pid?: unknown; birth?: unknown };
    return typeof pid === 'number' && typeof born === 'string' ? { pid, birth: born } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Empty where the system does not say. */
function birth(pid: number): string {
  return processStart(pid) ?? '';
}
