import { readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { Project } from '../../model/manifest.js';
import { sourceRoot } from '../../project/source-root.js';
import { CpexError } from '../../support/errors.js';
import type { ToolchainIdentity } from '../build-model.js';
import { requireTool } from '../find-toolchain.js';
import { canMapPrefix } from './prefix-map.js';
import type { Product, Toolchain, ToolchainRequest } from './toolchain.js';

/** A line of cargo's JSON output that tells of a finished crate. */
interface CompilerArtifact {
  readonly reason: 'compiler-artifact';
  readonly manifest_path: string;
  readonly target: { readonly crate_types: readonly string[] };
  readonly filenames: readonly string[];
  readonly fresh: boolean;
}

/** Rust through `cargo build`; the library's path is read from cargo's own messages. */
export const cargoToolchain: Toolchain = {
  buildFile: 'Cargo.toml',

  async identify(request): Promise<ToolchainIdentity> {
    const options = { ...request, cwd: sourceRoot(request.project) };
    const [cargo, rustc] = await Promise.all([requireTool('cargo', options), requireTool('rustc', options)]);
    return { ...cargo, helpers: [rustc] };
  },

  commands(request, identity) {
    const cwd = sourceRoot(request.project);
    const { crate, flags: own = [] } = request.project.manifest.build ?? {};
    const only = crate === undefined ? [] : ['--package', crate];
    const { flags, env } = remap(request);
    const argv = [identity.path, 'build', '--message-format=json-render-diagnostics', ...only, ...flags];
    if (request.mode === 'release') argv.push('--release');
    const build = { argv: [...argv, ...own, ...request.extra], cwd, env };
    if (!request.force) return [build];
    const clean = [identity.path, 'clean', ...only];
    clean.push(...(request.mode === 'release' ? ['--release'] : ['--profile', 'dev']));
    return [{ argv: clean, cwd, env }, build];
  },

  async produce(workshop): Promise<Product> {
    const { commands } = workshop.plan;
    let stdout = '';
    for (const command of commands) stdout = (await workshop.run(command)).stdout;
    const { project, target } = workshop.request;
    const made = artifacts(stdout).filter((one) => one.target.crate_types.includes('cdylib'));
    const own = await ownArtifact(project, made);
    const file = own?.filenames.find((name) => name.endsWith(target.libraryExtension));
    if (own === undefined || file === undefined) {
      throw new CpexError('CPEX_E_BUILD_NO_LIBRARY', 'cargo made no cdylib.', {
        evidence: made.map((one) => `cdylib: ${one.manifest_path}`),
        remedy: 'Put crate-type = ["cdylib", "rlib"] under [lib] in Cargo.toml.',
      });
    }
    return { file, explanation: [`build: left to cargo, which found the crate ${own.fresh ? 'fresh' : 'stale'}`] };
  },
};

/** Crates that the plugin depends on may be libraries of that kind, too. */
async function ownArtifact(project: Project, made: readonly CompilerArtifact[]): Promise<CompilerArtifact | undefined> {
  const { crate } = project.manifest.build ?? {};
  if (crate === undefined) {
    const manifest = await realpath(path.join(sourceRoot(project), 'Cargo.toml'));
    return made.find((one) => path.resolve(one.manifest_path) === manifest) ?? made[0];
  }
  for (const one of made) if ((await packageName(one.manifest_path)) === crate) return one;
  return undefined;
}

async function packageName(manifest: string): Promise<unknown> {
  const document = parseToml(await readFile(manifest, 'utf8')) as { package?: { name?: unknown } };
  return document.package?.name;
}

function artifacts(stdout: string): CompilerArtifact[] {
  const found: CompilerArtifact[] = [];
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{')) continue;
    const message = JSON.parse(line) as { reason?: string };
    if (message.reason === 'compiler-artifact') found.push(message as CompilerArtifact);
  }
  return found;
}

/**
 * Keeps the folders of project and crates out of a release build, without disturbing flags of the
 * user: cargo adds `build.rustflags` given here to those of its configuration files, while the variables
 * replace them all and so are extended where they are set.
 */
function remap(request: ToolchainRequest): { flags: readonly string[]; env: Readonly<Record<string, string>> } {
  if (request.mode === 'debug') return { flags: [], env: {} };
  const { env } = request;
  const folders: [string, string][] = [
    [env.CARGO_HOME ?? path.join(env.HOME ?? homedir(), '.cargo'), '/cargo'],
    [request.project.root, '.'],
  ];
  const ours = folders
    .filter(([folder]) => canMapPrefix(folder))
    .map(([folder, name]) => `--remap-path-prefix=${folder}=${name}`);
  const encoded = env.CARGO_ENCODED_RUSTFLAGS ?? env.RUSTFLAGS?.trim().split(/\s+/).join('\x1f');
  if (encoded !== undefined && encoded !== '') {
    return { flags: [], env: { CARGO_ENCODED_RUSTFLAGS: [encoded, ...ours].join('\x1f') } };
  }
  // A TOML array of basic strings reads like JSON here.
  return ours.length === 0
    ? { flags: [], env: {} }
    : { flags: ['--config', `build.rustflags=${JSON.stringify(ours)}`], env: {} };
}
