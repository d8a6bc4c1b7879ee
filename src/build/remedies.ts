import type { Target } from '../model/target.js';
import { hostTarget } from '../project/targets/host.js';
import { findTool } from '../support/find-tool.js';
import { type CrossCompiler, type Installer, TOOLS, type ToolFacts } from './tool-table.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What to do about everything that can be lacking, in one place: builds, the doctor and the table of known
 * raw errors say the same. A remedy is a command, or several joined by `&&`; `, or` parts it from another way.
 */

/** The one command that brings a tool to this machine. */
export async function installRemedy(facts: ToolFacts, env: Environment): Promise<string> {
  const text = facts.install[(await findInstaller(env)) ?? 'other'];
  return typeof text === 'string' ? text : text(env);
}

/** What brings zig to this machine. */
export function zigRemedy(env: Environment): Promise<string> {
  return installRemedy(TOOLS.zig, env);
}

/**
 * What brings a C compiler for a target: the distribution's, where it has one, or zig, which alone can
 * hold to a chosen glibc.
 */
export async function compilerRemedy(target: Target, env: Environment, glibc?: string): Promise<string> {
  const zig = await zigRemedy(env);
  const name = glibc === undefined ? crossCompiler(target) : undefined;
  const own = name === undefined ? zig : await installRemedy(TOOLS[name], env);
  return own === zig ? zig : `${own}, or ${zig}`;
}

/** The distribution's compiler for a target, from this machine; undefined where distributions have none. */
export function crossCompiler(target: Target, host: Target = hostTarget()): CrossCompiler | undefined {
  if (target.os === 'windows') return target.arch === 'x64' ? 'x86_64-w64-mingw32-gcc' : undefined;
  if (target.os !== 'linux' || host.os !== 'linux') return undefined;
  if (target.libc === 'musl') return target.arch === host.arch ? 'musl-gcc' : undefined;
  if (target.arch === host.arch) return undefined;
  return target.arch === 'arm64' ? 'aarch64-linux-gnu-gcc' : 'x86_64-linux-gnu-gcc';
}

/** What brings Rust's standard library for a target, by Rust's name for it. */
export function rustStdRemedy(triple: string): string {
  return `rustup target add ${triple}, or the package of your distribution with the standard library for it`;
}

/** Where rustup has no toolchain to run. */
export const RUSTUP_DEFAULT = 'rustup default stable';

/** Where the installed Rust is too old. */
export const RUSTUP_UPDATE = 'rustup update stable';

/** The package manager of this machine, if it is one that the table knows. */
async function findInstaller(env: Environment): Promise<Installer | undefined> {
  if (process.platform === 'darwin') return 'brew';
  if (process.platform === 'win32') return 'winget';
  if ((await findTool('apt-get', env)) !== undefined) return 'apt';
  if ((await findTool('dnf', env)) !== undefined) return 'dnf';
  return undefined;
}
