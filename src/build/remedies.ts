import type { Target } from '../model/target.js';
import { findTool } from '../support/find-tool.js';
import { crossCompilerNames } from './compilers/cross-gcc.js';
import { CROSS_COMPILERS, type CrossCompiler, type Installer, TOOLS, type ToolFacts } from './tool-table.js';

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

/** What helps where a zig is there and cannot be used: a wheel is installed anew, a zig that ZIG names is not ours to touch. */
export async function zigRepair(env: Environment, option: '--upgrade' | '--force-reinstall'): Promise<string> {
  const named = env.ZIG?.trim();
  if (named) return `Correct ZIG, which names ${named}, or unset it to have a zig found.`;
  return (await zigRemedy(env)).replace('pip install', `pip install ${option}`);
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

/** The one of the distributions' compilers for a target that the table knows how to install. */
function crossCompiler(target: Target): CrossCompiler | undefined {
  // The machine's own compiler does that.
  if (target.libc === 'glibc' && process.platform === 'linux' && target.arch === process.arch) return undefined;
  const names: readonly string[] = crossCompilerNames(target, process.arch);
  return CROSS_COMPILERS.find((one) => names.includes(one));
}

/** What brings Rust's standard library for a target, by Rust's name for it. */
export function rustStdRemedy(triple: string): string {
  return `${rustupTargetRemedy(triple)}, or the package of your distribution with the standard library for it`;
}

/**
 * The same where rustup is in charge.
 * @param toolchain rustup's name for the toolchain, where it is not the one that rustup would take
 */
export function rustupTargetRemedy(triple: string, toolchain?: string): string {
  return `rustup target add ${toolchain === undefined ? '' : `--toolchain ${toolchain} `}${triple}`;
}

/** What helps where rustup has no toolchain to run: the one that the project names, or any. Undefined for other words. */
export function rustupRemedy(said: string): string | undefined {
  const [, toolchain] = /toolchain '([^']+)' is not installed/.exec(said) ?? [];
  if (toolchain !== undefined) return `rustup toolchain install ${toolchain}`;
  return said.includes('rustup') ? 'rustup default stable' : undefined;
}

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
