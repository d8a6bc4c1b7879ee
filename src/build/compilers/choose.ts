import path from 'node:path';
import { compareVersions } from '../../audit/version-order.js';
import type { Target } from '../../model/target.js';
import { hostTarget, systemGlibc } from '../../project/targets/host.js';
import { userCacheFolder } from '../../support/user-folders.js';
import type { CompilerChoice, ToolFound } from '../build-model.js';
import { type Environment, type Probe, type ProbeOptions, requireTool } from '../find-toolchain.js';
import { appleStubs } from './apple-stubs.js';
import { crossCompilerNames } from './cross-gcc.js';
import { type NamedCompiler, namedCompiler } from './explicit.js';
import { type Lack, lackError, namedError } from './lack.js';
import { probeCompiler } from './sound.js';
import { argumentsTag, compilerScript } from './wrapper.js';
import { probeZig, zigTriple } from './zig.js';

/** The first macOS for Apple's own processors; zig by itself would ask for a much newer one. */
const MACOS = '11.0';

/**
 * What other compilers do. Without an optimisation level zig makes undefined behaviour a trap (ziglang/zig#5163);
 * with one it refuses `__DATE__`, which SOURCE_DATE_EPOCH makes the same in every build.
 */
const ZIG_FLAGS = ['-fno-sanitize=undefined', '-Wno-date-time'];

export interface CompilerWish extends ProbeOptions {
  readonly target: Target;
  /** Lowest glibc that the result is to work with; without meaning for targets that have none. */
  readonly glibc?: string;
  /** Lowest macOS that the result is to work with, where MACOSX_DEPLOYMENT_TARGET does not name another; 11.0 when absent. */
  readonly macos?: string;
}

/**
 * The C compiler for a target: the one that a variable names, the machine's own, the distribution's
 * cross compiler, zig. A wish for an older glibc than the machine's leads to zig, which alone has others.
 * What is only half installed is passed over, and named in `why` or in the error. Starts nothing but
 * questions for versions and for one header, and writes nothing.
 * @throws CpexError `CPEX_E_BUILD_TOOL_MISSING`, `_OLD` or `_BROKEN` with the one command that helps
 */
export async function chooseCompiler(wish: CompilerWish): Promise<CompilerChoice> {
  const host = machine();
  const named = namedCompiler(wish.target, wish.target.name === host?.name, wish.env);
  if (named !== undefined) return explicit(named, wish);
  const glibc = wish.target.libc === 'glibc' ? wish.glibc : undefined;
  const lacks: Lack[] = [];
  const installed = (await ownCompiler(wish, host, glibc, lacks)) ?? (await crossGcc(wish, host, glibc, lacks));
  if (installed !== undefined) return installed;
  const { probe, from } = await probeZig(wish);
  if (probe.state === 'good') return zigChoice(wish, probe.tool, glibc, because(from, lacks));
  lacks.push({ wanted: 'zig', probe, searched: from });
  throw await lackError({ target: wish.target, own: wish.target.name === host?.name, glibc, lacks }, wish);
}

/** The machine's own target; undefined where it is none that plugins are built for. */
function machine(): Target | undefined {
  try {
    return hostTarget();
  } catch {
    return undefined;
  }
}

async function explicit(named: NamedCompiler, wish: CompilerWish): Promise<CompilerChoice> {
  const zig = /^zig(?:\.exe)?$/.test(path.basename(named.executable));
  const tool = await requireTool(zig ? 'zig' : 'cc', wish, named.executable).catch((error: unknown) => {
    throw namedError(named, error);
  });
  const argv = [tool.path, ...named.args];
  const name = `${wish.target.name}-${argumentsTag(argv)}`;
  return {
    source: 'explicit',
    tool,
    argv,
    ...(argv.length === 1 ? {} : { wrapper: compilerScript(name, argv, wish.env) }),
    why: `${named.variable} names it`,
  };
}

async function ownCompiler(
  wish: CompilerWish,
  host: Target | undefined,
  glibc: string | undefined,
  lacks: Lack[],
): Promise<CompilerChoice | undefined> {
  const { target } = wish;
  // Apple's compiler serves both of its processors.
  const apple = target.os === 'darwin' && host?.os === 'darwin' && target.name !== host.name;
  if (target.name !== host?.name && !apple) return undefined;
  const own = systemGlibc();
  if (glibc !== undefined && (own === undefined || compareVersions(glibc, own) < 0)) return undefined;
  const probe = await probeCompiler(wish);
  if (probe.state !== 'good') {
    lacks.push({ wanted: 'cc', probe });
    return undefined;
  }
  const { tool } = probe;
  if (!apple) return { source: 'native', tool, argv: [tool.path], why: 'it is the compiler of this machine' };
  const argv = [tool.path, '-arch', target.arch === 'x64' ? 'x86_64' : 'arm64'];
  const wrapper = compilerScript(target.name, argv, wish.env);
  return { source: 'native', tool, argv, wrapper, why: 'the compiler of this machine serves both processors' };
}

async function crossGcc(
  wish: CompilerWish,
  host: Target | undefined,
  glibc: string | undefined,
  lacks: Lack[],
): Promise<CompilerChoice | undefined> {
  if (glibc !== undefined) return undefined;
  for (const name of crossCompilerNames(wish.target, host?.arch ?? process.arch)) {
    const probe = await probeCompiler(wish, name);
    if (probe.state === 'good') {
      const why = because("it is the distribution's compiler for this target", lacks);
      return { source: 'cross-gcc', tool: probe.tool, argv: [probe.tool.path], why };
    }
    lacks.push({ wanted: name, probe });
  }
  return undefined;
}

function zigChoice(wish: CompilerWish, tool: ToolFound, glibc: string | undefined, why: string): CompilerChoice {
  const { target, env } = wish;
  const darwin = target.os === 'darwin';
  const macos = darwin ? env.MACOSX_DEPLOYMENT_TARGET?.trim() || wish.macos || MACOS : undefined;
  const argv = [tool.path, 'cc', '-target', zigTriple(target, { glibc, macos }), ...ZIG_FLAGS];
  const sdk = darwin ? appleStubs(env) : undefined;
  if (sdk !== undefined) argv.push(...sdk.flags);
  const floor = glibc !== undefined ? `-glibc${glibc}` : macos !== undefined && macos !== MACOS ? `-macos${macos}` : '';
  const cache = cacheVariable(env);
  return {
    source: 'zig',
    tool,
    argv,
    wrapper: compilerScript(target.name + floor, argv, env),
    ...(sdk === undefined ? {} : { files: sdk.files }),
    why: glibc === undefined ? why : `${why}, and it alone can keep to glibc ${glibc}`,
    ...(cache === undefined ? {} : { env: cache }),
  };
}

/** zig keeps the C libraries that it builds in the user's cache, and needs to be told where there is none. */
function cacheVariable(env: Environment): Readonly<Record<string, string>> | undefined {
  const known = [env.ZIG_GLOBAL_CACHE_DIR, env.XDG_CACHE_HOME, env.HOME, env.LOCALAPPDATA].some(Boolean);
  return known ? undefined : { ZIG_GLOBAL_CACHE_DIR: path.join(userCacheFolder('cpex', env), 'zig') };
}

/** The reason for a choice, with what was there before it and cannot be used. */
function because(reason: string, lacks: readonly Lack[]): string {
  const passed = lacks.flatMap(({ probe }) => (isBroken(probe) ? [`${probe.path} (${probe.said})`] : []));
  return passed.length === 0 ? reason : `${reason}; passed over: ${passed.join(', ')}`;
}

function isBroken(probe: Probe): probe is Extract<Probe, { state: 'broken' }> {
  return probe.state === 'broken';
}
