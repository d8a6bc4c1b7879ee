import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CpexError } from '../support/errors.js';
import { lockFile } from '../support/file-lock.js';
import { ensureFolder, exists } from '../support/files.js';
import { signalGroup } from '../support/process-group.js';
import { runTool } from '../support/tools.js';
import type { Environment } from './runner-types.js';

export interface WineOptions {
  /** The user's cache folder of cpex. */
  readonly cache: string;
  readonly env: Environment;
  readonly signal?: AbortSignal;
  /** Stands in for `bcryptprimitives.dll` where this wine has none. */
  readonly standIn?: string;
  /** Told when wine's folder is made for the first time, which takes seconds and hundreds of megabytes. */
  readonly onFirst?: (folder: string) => void;
}

/** A fresh folder takes 4 s, and much longer on a busy machine. */
const CREATE_MS = 300_000;
const WAKE_MS = 60_000;
/** Raise it when what is put into the folder changes. */
const FORMAT = '1';

/**
 * Wine's folder of our own, made once under a lock, never the user's ~/.wine; and a program in it that waits, so that
 * others start at once and none of them is the parent of wine's own services. It ends with this process, however
 * that ends, and wine's server a few seconds later.
 * @param wine command line of wine
 * @param keeper executable that says a line and waits for the end of its input
 * @returns the variables that programs under wine need
 * @throws CpexError `CPEX_E_RUNNER_FAILED`, `CPEX_E_INTERRUPTED`
 */
export async function wakeWine(
  wine: readonly string[],
  keeper: string,
  options: WineOptions,
): Promise<Record<string, string>> {
  const [command = ''] = wine;
  const name = createHash('sha256').update(command).digest('hex').slice(0, 12);
  const prefix = path.join(options.cache, 'wine', name);
  const variables = wineVariables(prefix);
  await ensureFolder(path.dirname(prefix));
  const awake = keepers.get(prefix);
  if (awake !== undefined && awake.exitCode === null && awake.signalCode === null) return variables;
  const lock = await lockFile(`${prefix}.lock`, {
    timeout: CREATE_MS,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (!lock.held) throw problem(prefix, [`process ${lock.owner ?? 'unknown'} holds ${prefix}.lock`]);
  try {
    if (!(await exists(path.join(prefix, `.cpex-${FORMAT}`)))) await create(wine, prefix, variables, options);
    await provide(prefix, options.standIn);
  } finally {
    await lock.release();
  }
  keepers.set(prefix, await wakePatiently(wine, keeper, prefix, options, variables));
  return variables;
}

/** Programs that keep wine awake for this process, by wine's folder. */
const keepers = new Map<string, ChildProcess>();

/** No messages of wine's own, no windows, no offers to download .NET and HTML engines. */
function wineVariables(prefix: string): Record<string, string> {
  return {
    WINEPREFIX: prefix,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree=d;mshtml=d;winemenubuilder.exe=d',
    DISPLAY: '',
  };
}

async function create(
  wine: readonly string[],
  prefix: string,
  variables: Record<string, string>,
  options: WineOptions,
): Promise<void> {
  options.onFirst?.(prefix);
  // Half a folder of an earlier attempt.
  await rm(prefix, { recursive: true, force: true });
  const [command = '', ...args] = wine;
  const result = await runTool(command, [...args, 'wineboot', '--init'], {
    timeout: CREATE_MS,
    env: { ...options.env, ...variables },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (result.code !== 0 || !(await exists(system32(prefix)))) {
    await rm(prefix, { recursive: true, force: true });
    const said = `${result.stderr}\n${result.stdout}`.trim().split('\n').slice(-8);
    throw problem(prefix, [
      result.command.join(' '),
      result.timedOut ? 'it did not end in time' : `exit code ${result.code}`,
      ...said,
    ]);
  }
  await writeFile(path.join(prefix, `.cpex-${FORMAT}`), '');
}

/** Go looks for the library in system32 alone, so that is where it has to be. */
async function provide(prefix: string, standIn: string | undefined): Promise<void> {
  const file = path.join(system32(prefix), 'bcryptprimitives.dll');
  if (standIn === undefined || (await exists(file))) return;
  const draft = `${file}.${process.pid}.tmp`;
  await copyFile(standIn, draft);
  await rename(draft, file);
}

function system32(prefix: string): string {
  return path.join(prefix, 'drive_c', 'windows', 'system32');
}

/** Once more when it fails: the server of another program that was just ending may have answered, and gone. */
async function wakePatiently(
  wine: readonly string[],
  keeper: string,
  prefix: string,
  { env, signal }: WineOptions,
  variables: Record<string, string>,
): Promise<ChildProcess> {
  const whole = { ...env, ...variables };
  try {
    return await wake(wine, keeper, prefix, whole, signal);
  } catch {
    return wake(wine, keeper, prefix, whole, signal);
  }
}

/** Starts the keeper and waits for its line. */
async function wake(
  wine: readonly string[],
  keeper: string,
  prefix: string,
  env: Record<string, string | undefined>,
  signal: AbortSignal | undefined,
): Promise<ChildProcess> {
  if (signal?.aborted === true) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
  const [command = '', ...args] = wine;
  // In a group of its own: Ctrl-C must not end wine before the sessions that run in it.
  const child = spawn(command, [...args, keeper], {
    env: { ...env, CPEX_PROBE_CHANNEL: 'none' },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    const fail = (how: string) => {
      clearTimeout(limit);
      signalGroup(child.pid ?? 0, 'SIGKILL');
      reject(problem(prefix, [[...wine, keeper].join(' '), how]));
    };
    const interrupt = () => fail('interrupted');
    signal?.addEventListener('abort', interrupt, { once: true });
    const limit = setTimeout(() => fail(`it said nothing within ${WAKE_MS} ms`), WAKE_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `code ${code}`}`));
    child.stdin.on('error', () => undefined);
    child.stdout.once('data', () => {
      clearTimeout(limit);
      signal?.removeEventListener('abort', interrupt);
      child.removeAllListeners('exit');
      // This process may end when it likes; the end of the keeper's input ends the keeper.
      child.unref();
      for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref();
      resolve(child);
    });
  });
}

function problem(prefix: string, evidence: readonly string[]): CpexError {
  return new CpexError('CPEX_E_RUNNER_FAILED', 'Wine could not be made ready.', {
    evidence: [`folder: ${prefix}`, ...evidence.filter((line) => line !== '')],
    remedy: 'Remove that folder and try again; see that the disk has a gigabyte free.',
  });
}
