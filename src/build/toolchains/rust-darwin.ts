import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { sourceRoot } from '../../project/source-root.js';
import { sha256Hex } from '../../support/digest.js';
import { CpexError } from '../../support/errors.js';
import { ensureFolder, exists, readTextIfThere, writeFileAtomic } from '../../support/files.js';
import { findTool } from '../../support/find-tool.js';
import { runTool } from '../../support/tools.js';
import { userCacheFolder } from '../../support/user-folders.js';
import type { CompilerChoice, ToolFound } from '../build-model.js';
import { appleStubs } from '../compilers/apple-stubs.js';
import { probeZig, zigLibrary } from '../compilers/zig.js';
import type { Probe } from '../find-toolchain.js';
import { installRemedy, zigRemedy, zigRepair } from '../remedies.js';
import { TOOLS } from '../tool-table.js';
import { zigForDarwin } from './rust-c-tools.js';
import { linkScript } from './rust-link-script.js';
import type { ToolchainRequest } from './toolchain.js';

/** Time for a linker to say its version, in milliseconds. */
const ASK_MS = 10_000;

/** lld as distributions name it. */
const LLD_NAMES = ['ld64.lld', ...[22, 21, 20, 19, 18, 17, 16, 15].map((version) => `ld64.lld-${version}`)];

/** Words of a C compiler that a linker does not know, or that name parts of libSystem. */
const SWAP: Readonly<Record<string, string>> = {
  '-dynamiclib': '-dylib',
  '-nodefaultlibs': '',
  '-nostartfiles': '',
  '-nostdlib': '',
  '-lc': '',
  '-lm': '',
  '-ldl': '',
  '-lpthread': '',
};

/**
 * The linker for macOS on other systems: the one that every Rust toolchain carries, else lld from PATH, with
 * Apple's list of what libSystem exports, which zig brings along (or `SDKROOT`). zig's own linker exports
 * everything that is in a library, and its floor is a macOS of this year.
 * @throws CpexError `CPEX_E_BUILD_TOOL_MISSING`
 */
export async function darwinLinker(request: ToolchainRequest, sysroot: string): Promise<CompilerChoice> {
  const { env, target } = request;
  const { tool, argv, why } = await findLinker(request, sysroot);
  const { folder: sdk } = await findSdk(request);
  const stubs = appleStubs(env);
  const words = [...argv, '-syslibroot', sdk, ...stubs.flags];
  const tools = await zigForDarwin(request);
  return {
    source: 'linker',
    tool,
    argv: words,
    wrapper: linkScript(target.name, { kind: 'ld64', swap: SWAP }, words, env),
    why,
    // rustc would ask Xcode for it.
    env: { ...tools.env, SDKROOT: sdk },
    files: [...stubs.files, ...(tools.files ?? [])],
  };
}

/** Writes the folder that {@link darwinLinker} has named, where it is not there. */
export async function writeSdk(request: ToolchainRequest): Promise<void> {
  const sdk = await findSdk(request);
  if (sdk.text === undefined || (await readTextIfThere(sdk.file)) === sdk.text) return;
  await ensureFolder(path.dirname(sdk.file));
  await writeFileAtomic(sdk.file, sdk.text);
}

async function findLinker(request: ToolchainRequest, sysroot: string) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folder = path.join(sysroot, 'lib', 'rustlib');
  for (const triple of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, triple, 'bin', `rust-lld${suffix}`);
    if (!(await exists(file))) continue;
    const argv = [file, '-flavor', 'darwin'];
    return { tool: await askVersion('rust-lld', argv, request), argv, why: 'it comes with Rust' };
  }
  for (const name of LLD_NAMES) {
    const file = await findTool(name, request.env);
    if (file === undefined) continue;
    return { tool: await askVersion('ld64.lld', [file], request), argv: [file], why: `${name} is on PATH` };
  }
  throw new CpexError('CPEX_E_BUILD_TOOL_MISSING', `There is no linker for ${request.target.name}.`, {
    evidence: [`no rust-lld in ${folder}`, 'not on PATH: ld64.lld'],
    remedy: `${await installRemedy(TOOLS.lld, request.env)}, or use a Rust from https://rustup.rs, which has a linker of its own`,
  });
}

async function askVersion(
  name: string,
  argv: readonly string[],
  { env, signal }: ToolchainRequest,
): Promise<ToolFound> {
  const [file = '', ...args] = argv;
  const said = await runTool(file, [...args, '--version'], { env, signal, timeout: ASK_MS });
  const version = /LLD (\d+\.\d+\.\d+)/.exec(said.stdout)?.[1];
  if (said.code === 0 && version !== undefined) return { name, version, path: file };
  throw new CpexError('CPEX_E_BUILD_TOOL_BROKEN', `${name} does not say its version.`, {
    evidence: [file, (said.stderr || said.stdout).trim().split('\n', 1)[0] ?? ''],
    remedy: 'Install that Rust or lld again.',
  });
}

interface Sdk {
  readonly folder: string;
  readonly file: string;
  /** What the file has to hold; absent where it is the user's own. */
  readonly text?: string;
}

/** The user's own SDK, or a folder in the cache with what lld needs of one. */
async function findSdk(request: ToolchainRequest): Promise<Sdk> {
  const { env } = request;
  const own = env.SDKROOT;
  const list = (folder: string) => path.join(folder, 'usr', 'lib', 'libSystem.tbd');
  if (own && path.isAbsolute(own) && (await exists(list(own)))) return { folder: own, file: list(own) };
  const text = forLld(await zigSystemLibrary(request));
  const folder = path.join(userCacheFolder('cpex', env), 'compilers', `macos-${sha256Hex(text).slice(0, 12)}`);
  return { folder, file: list(folder), text };
}

async function zigSystemLibrary(request: ToolchainRequest): Promise<string> {
  const { env, target } = request;
  const { probe, from } = await probeZig({ ...request, cwd: sourceRoot(request.project) });
  const library = probe.state === 'good' ? zigLibrary(probe.tool.path, env) : undefined;
  const file = library === undefined ? undefined : path.join(library, 'libc', 'darwin', 'libSystem.tbd');
  const text = file === undefined ? undefined : await readTextIfThere(file);
  if (text !== undefined) return text;
  throw new CpexError(
    'CPEX_E_BUILD_TOOL_MISSING',
    `There is nothing to link ${target.name} against: libSystem.tbd comes with zig or with an SDK of Apple's.`,
    {
      evidence: [whyWithout(probe, from, file), 'SDKROOT: not set to a folder with usr/lib/libSystem.tbd'],
      remedy: probe.state === 'broken' ? await zigRepair(env, '--force-reinstall') : await zigRemedy(env),
    },
  );
}

function whyWithout(probe: Probe, from: string, file: string | undefined): string {
  if (probe.state === 'broken') return `${probe.path}: ${probe.said}`;
  return probe.state === 'good' ? `not there: ${file ?? probe.tool.path}` : `no zig: ${from}`;
}

/**
 * lld refuses a file that names a processor which it does not know, and takes what is for the system's own
 * processor features (`arm64e`) to be of no use for plain `arm64`, of which the same symbols are exported.
 */
function forLld(text: string): string {
  return text.replaceAll(/(targets:\s*)\[([^\]]*)\]/g, (_all, start: string, list: string) => {
    const macos = list
      .split(',')
      .map((one) => one.trim())
      .filter((one) => /^(?:x86_64|arm64e?)-macos$/.test(one));
    return `${start}[ ${[...new Set(macos.map((one) => one.replace('arm64e', 'arm64')))].join(', ')} ]`;
  });
}
