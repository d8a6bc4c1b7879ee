import path from 'node:path';
import { compareVersions } from '../../audit/version-order.js';
import { sourceRoot } from '../../project/source-root.js';
import { hostTarget, systemGlibc } from '../../project/targets/host.js';
import { CpexError } from '../../support/errors.js';
import { exists } from '../../support/files.js';
import { findTool } from '../../support/find-tool.js';
import type { CompilerChoice } from '../build-model.js';
import { chooseCompiler } from '../compilers/choose.js';
import { namedCompiler } from '../compilers/explicit.js';
import { probeTool, requireTool } from '../find-toolchain.js';
import { cargoSettings } from './cargo-config.js';
import { zigForBuildScripts } from './rust-c-tools.js';
import { darwinLinker } from './rust-darwin.js';
import { type LinkRules, linkScript } from './rust-link-script.js';
import { rustTriple, stdFolder } from './rust-std.js';
import type { ToolchainRequest } from './toolchain.js';

/** Libraries that rustc asks for and zig either has under another name or adds of its own accord. */
const ZIG_SWAP: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  linux: { '-Wl,--no-undefined-version': '', '-lgcc_s': '-lunwind' },
  // The system has them all; zig has only some, and nothing that a plugin does needs the others.
  freebsd: {
    '-Wl,--no-undefined-version': '',
    '-lgcc_s': '-lunwind',
    '-lkvm': '',
    '-lmemstat': '',
    '-lprocstat': '',
    '-ldevstat': '',
  },
  windows: {
    '-lgcc_eh': '-lunwind',
    '-lgcc': '',
    '-l:libpthread.a': '',
    '-lmsvcrt': '',
    '-lmingw32': '',
    '-lmingwex': '',
    '-Wl,--disable-auto-image-base': '',
    '-Wl,--dynamicbase': '',
  },
};

/** Whether the machine's own Rust and linker make the library as they would any other. */
export function isNative({ target, glibc }: ToolchainRequest): boolean {
  const own = systemGlibc();
  const older = glibc !== undefined && own !== undefined && compareVersions(glibc, own) < 0;
  return target.name === hostTarget().name && !older;
}

/**
 * Makes sure that the machine can link for itself: rustc starts `cc` by this name, whatever CC says. On macOS
 * it is put behind a script, because a library is to be known by another name than its path on this machine.
 * @throws CpexError environment errors with the one command that helps
 */
export async function chooseOwnLinker(request: ToolchainRequest): Promise<CompilerChoice | undefined> {
  const { target, env, project } = request;
  const cwd = sourceRoot(project);
  if (target.os === 'windows' || cargoSettings(rustTriple(request), cwd, env).speaksOfLinker) return undefined;
  if ((await findTool('cc', env, cwd)) === undefined) await requireTool('cc', { ...request, cwd }, 'cc');
  if (target.os !== 'darwin') return undefined;
  return scripted(request, await chooseCompiler({ ...request, cwd }), { kind: 'driver', swap: {} });
}

/**
 * What links for a foreign target: the linker that cargo's own settings name, for macOS Rust's own, else the
 * target's C compiler, behind a script where rustc's words are not for it.
 * @throws CpexError environment errors with the one command that helps
 */
export async function chooseLinker(request: ToolchainRequest, sysroot: string): Promise<CompilerChoice> {
  const { target, env, project } = request;
  const cwd = sourceRoot(project);
  const { linker } = cargoSettings(rustTriple(request), cwd, env);
  if (linker !== undefined) return named(linker.executable, linker.from, request);
  if (target.os === 'darwin' && process.platform !== 'darwin' && !namesCompiler(request)) {
    return darwinLinker(request, sysroot);
  }
  const choice = await chooseCompiler({ ...request, cwd });
  const rules = await rulesFor(request, choice, sysroot);
  if (rules === undefined) return choice;
  const linked = scripted(request, choice, rules);
  if (rules.kind !== 'zig') return linked;
  const tools = zigForBuildScripts(request, choice, linked.wrapper?.path);
  return { ...linked, env: { ...choice.env, ...tools.env }, files: tools.files ?? [] };
}

/** The name of the script is that of the compiler's own, where it has one: it tells the glibc floor. */
function scripted({ target, env }: ToolchainRequest, choice: CompilerChoice, rules: LinkRules): CompilerChoice {
  const name = path.parse(choice.wrapper?.path ?? '').name.replace(/-cc$/, '') || target.name;
  return { ...choice, wrapper: linkScript(name, rules, choice.argv, env) };
}

/**
 * cargo has the linker from its own settings, so nothing is set and nothing stands before it. Not every
 * linker says a version.
 */
async function named(executable: string, from: string, request: ToolchainRequest): Promise<CompilerChoice> {
  const options = { ...request, cwd: sourceRoot(request.project) };
  const probe = await probeTool('cc', options, executable);
  if (probe.state === 'missing') {
    throw new CpexError('CPEX_E_BUILD_TOOL_MISSING', `The linker for ${request.target.name} is missing.`, {
      evidence: [`${from} names it: ${executable}`],
      remedy: `Install it, or take the line out of ${from}.`,
    });
  }
  const tool =
    probe.state === 'broken' ? { name: path.basename(probe.path), version: 'unknown', path: probe.path } : probe.tool;
  return { source: 'explicit', tool, argv: [tool.path], why: `${from} names it` };
}

/** The user names a compiler for the target, and not zig, whose linker exports everything that is in a dylib. */
function namesCompiler({ target, env }: ToolchainRequest): boolean {
  const named = namedCompiler(target, false, env);
  return named !== undefined && !/^zig(?:\.exe)?$/.test(path.basename(named.executable));
}

async function rulesFor(
  request: ToolchainRequest,
  { tool }: CompilerChoice,
  sysroot: string,
): Promise<LinkRules | undefined> {
  const { target } = request;
  if (tool.name === 'zig') return { kind: 'zig', swap: ZIG_SWAP[target.os] ?? {} };
  if (target.os === 'darwin') return { kind: 'driver', swap: {} };
  if (target.libc !== 'musl') return undefined;
  // The unwinder in libgcc is glibc's, or one more library that has to be on the user's machine; Rust has its own.
  const unwinder = path.join(stdFolder(sysroot, rustTriple(request)), 'self-contained', 'libunwind.a');
  return (await exists(unwinder)) ? { kind: 'driver', swap: { '-lgcc_s': unwinder } } : undefined;
}
