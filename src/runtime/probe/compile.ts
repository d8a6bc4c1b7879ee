import { createHash } from 'node:crypto';
import { chmod, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Target } from '../../model/target.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { ensureFolder } from '../../support/files.js';
import { isOurs, placeWhole, pruneShelf } from '../../support/own-cache.js';
import { packageRoot } from '../../support/package-root.js';
import { runTool } from '../../support/tools.js';
import type { Environment } from '../runner-types.js';

/** A compiler for a target, as far as the probe has to know it. */
export interface ProbeCompiler {
  readonly source: string;
  readonly tool: { readonly name: string; readonly version: string; readonly path: string };
  /** What to start: an absolute path, then arguments such as `cc -target …`. */
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface CompileOptions {
  readonly target: Target;
  readonly compiler: ProbeCompiler;
  /** The user's cache folder of cpex; made when absent. */
  readonly cache: string;
  readonly env: Environment;
  readonly signal?: AbortSignal;
  /** `plain`: without the record of allocations, for sanitizers and valgrind, which bring their own `malloc`. */
  readonly variant?: 'plain';
}

/** A first zig build for Windows makes its C library: two minutes on a busy machine. */
const COMPILE_MS = 15 * 60_000;

/** Cached programs of one kind and target; beyond that the ones that were not used for longest go. */
const KEPT = 4;

/** Raise it when the way of compiling changes. */
const RECIPE = 1;

/**
 * The probe for a target: compiled once, then taken from the cache, whose key is the content of the sources, the
 * compiler and its arguments. Safe in parallel: each compiles for itself and puts the result in place whole.
 * @returns absolute path of the executable
 * @throws CpexError `CPEX_E_PROBE_BUILD`, `CPEX_E_INTERRUPTED`
 */
export async function compileProbe(options: CompileOptions): Promise<string> {
  const { target, compiler } = options;
  const folder = path.join(packageRoot(), 'native', 'probe');
  const sources = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name)).sort();
  // zig links programs for musl statically, and a static program loads no libraries.
  const dynamic = target.libc === 'musl' && usesZig(compiler) ? ['-dynamic'] : [];
  const plain = options.variant === 'plain' ? ['-DCPEX_NO_LEDGER', '-g'] : [];
  const stack = target.os === 'windows' ? ['-Wl,--stack,8388608'] : [];
  return compileOnce(`cpex-probe${target.executableExtension}`, folder, sources, options, {
    before: [...dynamic, ...plain, '-std=c11', '-O2'],
    after: [...stack, ...libraries(target, compiler)],
  });
}

/**
 * The library that stands in for `bcryptprimitives.dll` under a wine that has none.
 * @returns its absolute path
 * @throws CpexError as `compileProbe`
 */
export function compileStandIn(options: CompileOptions): Promise<string> {
  const folder = path.join(packageRoot(), 'native', 'wine');
  return compileOnce('bcryptprimitives.dll', folder, ['bcryptprimitives.c'], options, {
    before: ['-std=c11', '-O2', '-shared'],
    after: ['-ladvapi32'],
  });
}

function usesZig(compiler: ProbeCompiler): boolean {
  return compiler.source === 'zig' || compiler.tool.name === 'zig';
}

function libraries({ os }: Target, compiler: ProbeCompiler): string[] {
  if (os === 'windows') return ['-lws2_32'];
  // zig links its unwinder only where somebody asks for it.
  return os === 'linux' ? ['-pthread', '-ldl', ...(usesZig(compiler) ? ['-lunwind'] : [])] : ['-pthread'];
}

interface Flags {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

async function compileOnce(
  name: string,
  folder: string,
  sources: readonly string[],
  { target, compiler, cache, env, signal }: CompileOptions,
  flags: Flags,
): Promise<string> {
  const key = await keyOf(folder, sources, compiler, flags);
  const shelf = path.join(cache, 'native');
  const home = path.join(shelf, `${target.name}-${path.parse(name).name}-${key}`);
  const file = path.join(home, name);
  if (await isOurs(file)) return file;
  try {
    await ensureFolder(shelf);
    await chmod(shelf, 0o700);
    await placeWhole(home, file, async (draft) => {
      const units = sources.filter((source) => source.endsWith('.c')).map((source) => path.join(folder, source));
      const args = [...compiler.argv.slice(1), ...flags.before, '-o', path.join(draft, name), ...units, ...flags.after];
      const result = await runTool(compiler.argv[0] ?? compiler.tool.path, args, {
        timeout: COMPILE_MS,
        env: { ...env, ...compiler.env },
        cwd: draft,
        ...(signal === undefined ? {} : { signal }),
      });
      if (result.code !== 0) throw failed(target, result.command, result.stderr || result.stdout, result.timedOut);
    });
    await pruneShelf(shelf, `${target.name}-${path.parse(name).name}-`, KEPT - 1, home);
  } catch (error) {
    if (error instanceof CpexError || systemCode(error) === undefined) throw error;
    throw new CpexError('CPEX_E_PROBE_BUILD', `The probe for ${target.name} could not be put into the cache.`, {
      evidence: [(error as Error).message],
      remedy: `Make ${cache} writable, or name another cache folder in XDG_CACHE_HOME.`,
      cause: error,
    });
  }
  return file;
}

async function keyOf(folder: string, sources: readonly string[], compiler: ProbeCompiler, flags: Flags) {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([RECIPE, compiler.argv, compiler.env ?? {}, compiler.tool, flags]));
  for (const source of sources) hash.update(`\0${source}\0`).update(await readFile(path.join(folder, source)));
  return hash.digest('hex').slice(0, 20);
}

function failed(target: Target, command: readonly string[], said: string, timedOut: boolean): CpexError {
  const lines = said.trimEnd().split('\n').slice(-12);
  return new CpexError('CPEX_E_PROBE_BUILD', `The probe for ${target.name} could not be compiled.`, {
    evidence: [command.join(' '), ...(timedOut ? ['it did not end in time'] : []), ...lines],
    remedy: `cpex doctor --target ${target.name} says what is missing to build C for it.`,
  });
}
