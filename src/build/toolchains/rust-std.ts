import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Target } from '../../model/target.js';
import { sourceRoot } from '../../project/source-root.js';
import { CpexError } from '../../support/errors.js';
import { findTool } from '../../support/find-tool.js';
import { runTool } from '../../support/tools.js';
import type { ToolFound } from '../build-model.js';
import { rustupTargetRemedy } from '../remedies.js';
import type { VersionCache } from '../version-cache.js';
import { cargoSettings } from './cargo-config.js';
import type { ToolchainRequest } from './toolchain.js';

/** Time for rustc to say where it is installed, in milliseconds. */
const ASK_MS = 10_000;

/** Answers of one build: its targets are asked about at the same time. */
const asked = new WeakMap<VersionCache, Map<string, Promise<string>>>();

/** What Rust calls the target. */
export function rustTriple({ target }: Pick<ToolchainRequest, 'target'>): string {
  if (target.rust === undefined) throw new RangeError(`Rust has no name for ${target.name}`);
  return target.rust;
}

/**
 * The folder that holds the libraries of the Rust that answers in the project's folder.
 * @throws CpexError `CPEX_E_BUILD_TOOL_BROKEN`
 */
export async function rustSysroot(request: ToolchainRequest, rustc: ToolFound): Promise<string> {
  const cwd = sourceRoot(request.project);
  const answers = asked.get(request.versions) ?? new Map<string, Promise<string>>();
  asked.set(request.versions, answers);
  const key = JSON.stringify([rustc.path, cwd]);
  const answer = answers.get(key) ?? askSysroot(request, rustc, cwd);
  answers.set(key, answer);
  return answer;
}

async function askSysroot({ env, signal }: ToolchainRequest, rustc: ToolFound, cwd: string): Promise<string> {
  const said = await runTool(rustc.path, ['--print', 'sysroot'], { cwd, env, signal, timeout: ASK_MS });
  const folder = said.stdout.trim();
  if (said.code === 0 && path.isAbsolute(folder)) return folder;
  throw new CpexError('CPEX_E_BUILD_TOOL_BROKEN', 'rustc does not say where its libraries are.', {
    evidence: [`command: ${rustc.path} --print sysroot`, (said.stderr || said.stdout).trim().split('\n', 1)[0] ?? ''],
    remedy: 'Install that Rust again.',
  });
}

/** Where the standard library for a target is kept. */
export function stdFolder(sysroot: string, triple: string): string {
  return path.join(sysroot, 'lib', 'rustlib', triple, 'lib');
}

/**
 * Makes sure that Rust's standard library for a foreign target is installed, or that cargo was told to build it.
 * @throws CpexError `CPEX_E_BUILD_STD_MISSING` with the command that installs it
 */
export async function requireStd(request: ToolchainRequest, rustc: ToolFound, sysroot: string): Promise<void> {
  const triple = rustTriple(request);
  const folder = stdFolder(sysroot, triple);
  const files = await readdir(folder).catch(() => undefined);
  if (files?.some((file) => /^libstd-[^.]+\.rlib$/.test(file)) || buildsStd(request)) return;
  const { target } = request;
  const rustup = rustupToolchain(sysroot);
  throw new CpexError('CPEX_E_BUILD_STD_MISSING', `Rust's standard library for ${target.name} is not installed.`, {
    evidence: [
      files === undefined ? `not there: ${folder}` : `half installed, without libstd: ${folder}`,
      `rustc ${rustc.version}: ${rustup === undefined ? `not installed by rustup (${sysroot})` : `rustup's ${rustup}`}`,
    ],
    remedy:
      rustup === undefined
        ? await foreignRemedy(request, rustc, sysroot)
        : rustupTargetRemedy(triple, pinned(request) ? rustup : undefined),
  });
}

/** The user builds the standard library anew, which needs its sources and not its binaries. */
function buildsStd({ extra, project, target, env }: ToolchainRequest): boolean {
  const flags = [...(project.manifest.build?.flags ?? []), ...extra].join(' ');
  return /-Z\s*build-std/.test(flags) || cargoSettings(target.rust ?? '', sourceRoot(project), env).buildsStd;
}

/** The name of the toolchain where rustup is in charge: it keeps each in a folder of that name. */
function rustupToolchain(sysroot: string): string | undefined {
  return path.basename(path.dirname(sysroot)) === 'toolchains' ? path.basename(sysroot) : undefined;
}

/** Elsewhere than in the project's folder, rustup would add the target to another toolchain. */
function pinned({ env }: ToolchainRequest): boolean {
  return Boolean(env.RUSTUP_TOOLCHAIN);
}

/** Without rustup: Debian's packages for its other architectures and for Windows, rustup, or the source. */
async function foreignRemedy({ target, env }: ToolchainRequest, rustc: ToolFound, sysroot: string): Promise<string> {
  const source = path.join(sysroot, 'lib', 'rustlib', 'src', 'rust');
  const ways = [
    'use a Rust from https://rustup.rs, which has it for every target',
    `with the sources of exactly Rust ${rustc.version} in ${source}: RUSTC_BOOTSTRAP=1 cpex build --target ${target.name} -- -Zbuild-std=std,panic_abort`,
  ];
  const debian = sysroot === '/usr' && (await findTool('apt-get', env)) !== undefined;
  return [...(debian ? debianPackages(target) : []), ...ways].join(', or ');
}

/** The packages have to be of the same version as rustc; the newer Rust of a stable Debian is called rustc-web. */
function debianPackages(target: Target): string[] {
  if (target.name === 'windows-x64') return ['sudo apt install libstd-rust-dev-windows'];
  if (target.libc !== 'glibc') return [];
  const cpu = target.arch === 'x64' ? 'amd64' : 'arm64';
  const add = `sudo dpkg --add-architecture ${cpu} && sudo apt update && sudo apt install`;
  return [`${add} libstd-rust-dev:${cpu} (beside rustc-web: libstd-rust-web-dev:${cpu})`];
}
