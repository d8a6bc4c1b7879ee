import path from 'node:path';
import { compareVersions } from '../../audit/version-order.js';
import { sourceRoot } from '../../project/source-root.js';
import { hostTarget, systemGlibc } from '../../project/targets/host.js';
import { CpexError } from '../../support/errors.js';
import { exists } from '../../support/files.js';
import type { CompilerChoice } from '../build-model.js';
import { chooseCompiler } from '../compilers/choose.js';
import { probeTool } from '../find-toolchain.js';
import { cargoSettings } from './cargo-config.js';
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
 * What links for a target: the linker that cargo's own settings name, for macOS Rust's own, else the target's
 * C compiler, behind a script where rustc's words are not for it. Undefined where cargo finds it by itself.
 * @throws CpexError environment errors with the one command that helps
 */
export async function chooseLinker(request: ToolchainRequest, sysroot: string): Promise<CompilerChoice | undefined> {
  const { target, env, project } = request;
  if (isNative(request)) return undefined;
  const cwd = sourceRoot(project);
  const { linker } = cargoSettings(rustTriple(request), cwd, env);
  if (linker !== undefined) return named(linker.executable, linker.from, request);
  // Apple's compiler serves both of its processors, and rustc tells it which.
  if (target.os === 'darwin') return process.platform === 'darwin' ? undefined : darwinLinker(request, sysroot);
  const choice = await chooseCompiler({ ...request, cwd });
  const rules = choice.tool.name === 'zig' ? zigRules(request) : await muslRules(request, sysroot);
  if (rules === undefined) return choice;
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

function zigRules({ target }: ToolchainRequest): LinkRules {
  return { kind: 'driver', swap: ZIG_SWAP[target.os] ?? {} };
}

/**
 * The unwinder in libgcc is glibc's, or one more library that has to be there on the user's machine; Rust
 * brings its own for musl.
 */
async function muslRules(request: ToolchainRequest, sysroot: string): Promise<LinkRules | undefined> {
  if (request.target.libc !== 'musl') return undefined;
  const unwinder = path.join(stdFolder(sysroot, rustTriple(request)), 'self-contained', 'libunwind.a');
  return (await exists(unwinder)) ? { kind: 'driver', swap: { '-lgcc_s': unwinder } } : undefined;
}
