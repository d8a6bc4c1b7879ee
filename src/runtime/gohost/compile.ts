import { createHash } from 'node:crypto';
import { chmod, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CpexError, systemCode } from '../../support/errors.js';
import { ensureFolder } from '../../support/files.js';
import { isOurs, placeWhole, pruneShelf } from '../../support/own-cache.js';
import { packageRoot } from '../../support/package-root.js';
import { runTool } from '../../support/tools.js';
import type { Environment } from '../runner-types.js';

/** Go as far as its host has to know it. */
export interface GoTool {
  /** Dotted number, e.g. `1.23.1`. */
  readonly version: string;
  /** Absolute path of `go`. */
  readonly path: string;
}

export interface CompileGoOptions {
  readonly go: GoTool;
  /** The user's cache folder of cpex; made when absent. */
  readonly cache: string;
  readonly env: Environment;
  readonly signal?: AbortSignal;
}

/** Go builds its standard library first where its cache is empty. */
const COMPILE_MS = 10 * 60_000;

/** Cached hosts; beyond that the ones that were not used for longest go. */
const KEPT = 4;

const NAME = 'cpex-gohost';

/** The host is built as it stands: by this Go, without the settings of a project around it. */
const SETTINGS = { CGO_ENABLED: '1', GOTOOLCHAIN: 'local', GOWORK: 'off', GOFLAGS: '', GO111MODULE: 'on' };

/**
 * The reference host in Go for this machine: built once, then taken from the cache, whose key is the content of the
 * sources, the version of Go and the C compiler that cgo is told to take.
 * @returns absolute path of the executable
 * @throws CpexError `CPEX_E_PROBE_BUILD`, `CPEX_E_INTERRUPTED`
 */
export async function compileGoHost({ go, cache, env, signal }: CompileGoOptions): Promise<string> {
  const folder = path.join(packageRoot(), 'native', 'gohost');
  const shelf = path.join(cache, 'native');
  const home = path.join(shelf, `${NAME}-${await keyOf(folder, go, env)}`);
  const file = path.join(home, NAME);
  if (await isOurs(file)) return file;
  try {
    await ensureFolder(shelf);
    await chmod(shelf, 0o700);
    await placeWhole(home, file, async (draft) => {
      const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', path.join(draft, NAME), '.'];
      const result = await runTool(go.path, args, {
        timeout: COMPILE_MS,
        env: { ...env, ...SETTINGS },
        cwd: folder,
        ...(signal === undefined ? {} : { signal }),
      });
      if (result.code !== 0) throw failed(result.command, result.stderr || result.stdout, result.timedOut);
    });
    await pruneShelf(shelf, `${NAME}-`, KEPT - 1, home);
  } catch (error) {
    if (error instanceof CpexError || systemCode(error) === undefined) throw error;
    throw new CpexError('CPEX_E_PROBE_BUILD', 'The reference host in Go could not be put into the cache.', {
      evidence: [(error as Error).message],
      remedy: `Make ${cache} writable, or name another cache folder in XDG_CACHE_HOME.`,
      cause: error,
    });
  }
  return file;
}

async function keyOf(folder: string, go: GoTool, env: Environment): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([go, env.CC ?? null, env.CGO_CFLAGS ?? null, env.CGO_LDFLAGS ?? null]));
  const sources = (await readdir(folder)).filter((name) => /^go\.mod$|\.go$/.test(name)).sort();
  for (const source of sources) hash.update(`\0${source}\0`).update(await readFile(path.join(folder, source)));
  return hash.digest('hex').slice(0, 20);
}

function failed(command: readonly string[], said: string, timedOut: boolean): CpexError {
  const lines = said.trimEnd().split('\n').slice(-12);
  return new CpexError('CPEX_E_PROBE_BUILD', 'The reference host in Go could not be compiled.', {
    evidence: [command.join(' '), ...(timedOut ? ['it did not end in time'] : []), ...lines],
    remedy: 'cpex doctor says what is missing to build Go plugins; the other engines need no Go.',
  });
}
