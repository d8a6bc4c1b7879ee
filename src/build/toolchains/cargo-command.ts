import path from 'node:path';
import { sourceRoot } from '../../project/source-root.js';
import { hostTarget } from '../../project/targets/host.js';
import type { ToolCommand, ToolchainIdentity } from '../build-model.js';
import { isOtherForm } from '../wanted-kind.js';
import { cargoHome, cargoSettings, cargoWord } from './cargo-config.js';
import { canMapPrefix } from './prefix-map.js';
import { INSTALL_NAME } from './rust-link-script.js';
import { isNative } from './rust-linker.js';
import { rustTriple } from './rust-std.js';
import type { ToolchainRequest } from './toolchain.js';

/** A target of a build with what builds it. */
export interface CargoJob {
  readonly request: ToolchainRequest;
  readonly identity: ToolchainIdentity;
}

/**
 * Whether cargo is told the target's name. It then keeps the target's files in a folder of their own and
 * gives them other symbols, so the machine's own target is built as the user's own `cargo build` builds it.
 */
export function isCross(request: ToolchainRequest): boolean {
  return !isNative(request) || request.sanitizer !== undefined;
}

/** cargo's folder of its own for what is instrumented; undefined where it keeps its files as ever. */
export function instrumentedFolder({ sanitizer, folder }: ToolchainRequest): string | undefined {
  return sanitizer === undefined ? undefined : path.join(folder, 'cargo');
}

/**
 * Parts jobs into calls of cargo: flags in a variable hold for all targets of a call, and a linker for the
 * machine's own target links the build scripts of all of them, which would then be built anew.
 */
export function callsFor(jobs: readonly CargoJob[]): CargoJob[][] {
  const calls = new Map<string, CargoJob[]>();
  for (const job of jobs) {
    const own = job.request.target.name === hostTarget().name;
    const key = JSON.stringify([own, flagsFor(job.request).env]);
    calls.set(key, [...(calls.get(key) ?? []), job]);
  }
  return [...calls.values()];
}

/** `cargo build` for one target, or for several foreign ones whose flags are not in a variable. */
export function buildCommand(jobs: readonly [CargoJob, ...CargoJob[]]): ToolCommand {
  const [{ request, identity }] = jobs;
  const { crate, flags: own = [] } = request.project.manifest.build ?? {};
  const argv = [identity.path, 'build', '--message-format=json-render-diagnostics'];
  // The other targets are not to be lost with one.
  if (jobs.length > 1) argv.push('--keep-going');
  if (crate !== undefined) argv.push('--package', crate);
  if (request.kind === 'executable') argv.push('--bins');
  // The SDK's main is behind it, so that the library is built without.
  if (isOtherForm(request.project.manifest.host, request.kind)) argv.push('--features', 'process');
  const env: Record<string, string> = {};
  for (const job of jobs) {
    const flags = flagsFor(job.request);
    if (isCross(job.request)) argv.push('--target', rustTriple(job.request));
    const own = instrumentedFolder(job.request);
    if (own !== undefined) argv.push('--target-dir', own);
    if (job.request.sanitizer === 'thread') argv.push('-Zbuild-std');
    argv.push(...flags.argv);
    Object.assign(env, flags.env, linkerVariables(job));
  }
  if (request.mode === 'release') argv.push('--release');
  return { argv: [...argv, ...own, ...request.extra], cwd: sourceRoot(request.project), env };
}

/**
 * Deletes what earlier builds of a target have left.
 * @param folder cargo's folder for the target; its own one when absent. cargo goes by no name of a target here.
 */
export function cleanCommand({ request, identity }: CargoJob, folder?: string): ToolCommand {
  const { crate } = request.project.manifest.build ?? {};
  const argv = [identity.path, 'clean'];
  if (folder !== undefined) argv.push('--target-dir', folder);
  else if (crate !== undefined) argv.push('--package', crate);
  argv.push(...(request.mode === 'release' ? ['--release'] : ['--profile', 'dev']));
  return { argv, cwd: sourceRoot(request.project), env: flagsFor(request).env };
}

/** The linker that cpex has chosen; one that the user has chosen is where cargo finds it. */
function linkerVariables({ request, identity: { compiler } }: CargoJob): Record<string, string> {
  if (compiler === undefined) return {};
  const triple = rustTriple(request);
  const { linker } = cargoSettings(triple, sourceRoot(request.project), request.env);
  const program = compiler.wrapper?.path ?? compiler.tool.path;
  return {
    ...(linker === undefined ? { [`CARGO_TARGET_${cargoWord(triple)}_LINKER`]: program } : {}),
    ...(request.target.os === 'darwin' ? { [INSTALL_NAME]: `${request.project.manifest.id}.dylib` } : {}),
    ...compiler.env,
  };
}

/**
 * Our flags for rustc, without disturbing those of the user: cargo adds what is given for a target here to
 * what its configuration files have for it, while the variables replace them all and so are extended where
 * they are set. For the machine's own target they are those of the build as a whole.
 */
function flagsFor(request: ToolchainRequest): {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const { env } = request;
  const ours = ourFlags(request);
  const encoded = env.CARGO_ENCODED_RUSTFLAGS ?? env.RUSTFLAGS?.trim().split(/\s+/).join('\x1f');
  if (ours.length === 0) return { argv: [], env: {} };
  if (encoded !== undefined && encoded !== '') {
    return { argv: [], env: { CARGO_ENCODED_RUSTFLAGS: [encoded, ...ours].join('\x1f') } };
  }
  // A TOML array of basic strings reads like JSON here.
  if (!isCross(request)) return { argv: ['--config', `build.rustflags=${JSON.stringify(ours)}`], env: {} };
  const triple = rustTriple(request);
  const { buildFlags } = cargoSettings(triple, sourceRoot(request.project), env);
  return { argv: ['--config', `target.${triple}.rustflags=${JSON.stringify([...buildFlags, ...ours])}`], env: {} };
}

function ourFlags(request: ToolchainRequest): string[] {
  // rustc makes no shared libraries for musl otherwise.
  const dynamic = request.target.libc === 'musl' ? ['-Ctarget-feature=-crt-static'] : [];
  if (request.sanitizer !== undefined) return [...dynamic, `-Zsanitizer=${request.sanitizer}`];
  return request.mode === 'debug' ? dynamic : [...dynamic, ...prefixMaps(request)];
}

/** Keeps the folders of project and crates out of a release build. */
function prefixMaps({ env, project }: ToolchainRequest): string[] {
  const folders: [string, string][] = [
    [cargoHome(env), '/cargo'],
    [project.root, '.'],
  ];
  return folders
    .filter(([folder]) => canMapPrefix(folder))
    .map(([folder, name]) => `--remap-path-prefix=${folder}=${name}`);
}
