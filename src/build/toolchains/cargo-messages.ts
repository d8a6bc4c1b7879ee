import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { Project } from '../../model/manifest.js';
import { sourceRoot } from '../../project/source-root.js';
import { CpexError } from '../../support/errors.js';
import type { Product, ToolchainRequest } from './toolchain.js';

/** A line of cargo's JSON output that tells of a finished crate. */
export interface CrateArtefact {
  readonly reason: 'compiler-artifact';
  readonly manifest_path: string;
  readonly target: { readonly crate_types: readonly string[] };
  readonly filenames: readonly string[];
  readonly fresh: boolean;
}

/** The shared libraries that cargo says it has made or found fresh. */
export function sharedLibraries(stdout: string): CrateArtefact[] {
  const found: CrateArtefact[] = [];
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{')) continue;
    const message = JSON.parse(line) as { reason?: string };
    if (message.reason === 'compiler-artifact') found.push(message as CrateArtefact);
  }
  return found.filter((one) => one.target.crate_types.includes('cdylib'));
}

/**
 * Those for one of the targets that cargo was called for: it keeps each in `target/<triple>/<profile>`,
 * and says nowhere else which one a line is about.
 */
export function librariesFor(triple: string, made: readonly CrateArtefact[]): CrateArtefact[] {
  const lies = (file: string) => path.basename(path.dirname(path.dirname(file))) === triple;
  return made.filter((one) => one.filenames.some(lies));
}

/** The plugin's own library among those that cargo made. */
export async function ownLibrary(
  { project, target }: ToolchainRequest,
  made: readonly CrateArtefact[],
): Promise<Product | undefined> {
  const own = await ownArtefact(project, made);
  const file = own?.filenames.find((name) => name.endsWith(target.libraryExtension));
  if (own === undefined || file === undefined) return undefined;
  return { file, explanation: [`build: left to cargo, which found the crate ${own.fresh ? 'fresh' : 'stale'}`] };
}

/** What to say when cargo ended well and the plugin's library is not among what it made. */
export function noLibrary(made: readonly CrateArtefact[]): CpexError {
  return new CpexError('CPEX_E_BUILD_NO_LIBRARY', 'cargo made no cdylib.', {
    evidence: made.map((one) => `cdylib: ${one.manifest_path}`),
    remedy: 'Put crate-type = ["cdylib", "rlib"] under [lib] in Cargo.toml.',
  });
}

/** Crates that the plugin depends on may be libraries of that kind, too. */
async function ownArtefact(project: Project, made: readonly CrateArtefact[]): Promise<CrateArtefact | undefined> {
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
