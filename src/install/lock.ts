import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { onExit } from '../support/cleanup.js';
import { sha256Hex } from '../support/digest.js';
import { CpexError, systemCode } from '../support/errors.js';
import { processStart } from '../support/process-group.js';
import { folderError } from './folder-error.js';
import type { HeldFolder } from './held-folder.js';

export interface LockOptions {
  /** Milliseconds to wait for one's turn. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

/** Age in milliseconds at which the lock of another machine is passed over: its process cannot be asked. */
const FOREIGN_LIMIT_MS = 15 * 60_000;

/**
 * Takes the plugins folder for this process and returns how to give it back.
 *
 * Everyone who wants the folder makes a file of their own, named by process, and then looks for
 * others. Who sees a living other withdraws and tries again. As each makes its file before it looks,
 * two can never both see nobody; and as names are never used twice, the file of a dead process can
 * be removed without a race. Throws `CPEX_E_INSTALL_BUSY` when the time is up.
 */
export async function takeLock(folder: HeldFolder, options: LockOptions): Promise<() => void> {
  const deadline = performance.now() + options.waitMs;
  for (;;) {
    const name = ownName();
    try {
      closeSync(openSync(folder.at(name), 'wx', 0o644));
    } catch (error) {
      throw folderError(error, folder.path);
    }
    const release = () => rmSync(folder.at(name), { force: true });
    const other = livingOther(folder, name);
    if (other === undefined) {
      const forget = onExit(release);
      return () => {
        forget();
        release();
      };
    }
    release();
    if (options.signal?.aborted)
      throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted while waiting for another cpex.');
    if (performance.now() > deadline) throw busy(other, folder.path);
    // Chance keeps two that came at the same moment from meeting again and again.
    await pause(10 + Math.random() * 40);
  }
}

/** `<pid>.<start>.<machine>.<random>` */
function ownName(): string {
  return `${process.pid}.${processStart(process.pid) ?? '0'}.${machine()}.${randomBytes(6).toString('hex')}`;
}

function livingOther(folder: HeldFolder, own: string): string | undefined {
  for (const name of readdirSync(folder.at('.'))) {
    if (name === own || !/^\d+\.\d+\.[0-9a-f]{8}\.[0-9a-f]{12}$/.test(name)) continue;
    if (isAlive(folder, name)) return name;
    rmSync(folder.at(name), { force: true });
  }
  return undefined;
}

function isAlive(folder: HeldFolder, name: string): boolean {
  const [pid = '', start, where] = name.split('.');
  if (where !== machine()) return ageOf(folder.at(name)) < FOREIGN_LIMIT_MS;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
  // The number may have gone to another process since.
  const now = processStart(Number(pid));
  return now === undefined || start === '0' || now === start;
}

function machine(): string {
  return sha256Hex(hostname()).slice(0, 8);
}

function ageOf(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function busy(name: string, folder: string): CpexError {
  return new CpexError('CPEX_E_INSTALL_BUSY', 'Another cpex works in this plugins folder.', {
    evidence: [`process ${name.split('.')[0]}`, folder],
    remedy: 'Wait for it to end, and run the command again.',
  });
}
