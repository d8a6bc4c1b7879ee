import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { Project } from '../../model/manifest.js';
import type { ArtefactKind } from '../../model/target.js';
import { pluginNames } from '../../project/plugin-names.js';
import { sourceRoot } from '../../project/source-root.js';
import { CpexError } from '../../support/errors.js';
import { isOtherForm } from '../wanted-kind.js';
import type { Product, ToolchainRequest } from './toolchain.js';

/** A line of cargo's JSON output that tells of a finished crate. */
export interface CrateArtefact {
  readonly reason: 'compiler-artifact';
  readonly manifest_path: string;
  readonly target: { readonly name: string; readonly kind: readonly string[]; readonly crate_types: readonly string[] };
  readonly filenames: readonly string[];
  /** Absolute path; null for whatever is none. */
  readonly executable: string | null;
  readonly fresh: boolean;
}

/** The shared libraries, or the programs, that cargo says it has made or found fresh. */
export function artefactsIn(stdout: string, kind: ArtefactKind): CrateArtefact[] {
  const found: CrateArtefact[] = [];
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{')) continue;
    const message = JSON.parse(line) as { reason?: string };
    if (message.reason === 'compiler-artifact') found.push(message as CrateArtefact);
  }
  return kind === 'library'
    ? found.filter((one) => one.target.crate_types.includes('cdylib'))
    : found.filter((one) => one.executable !== null && one.target.kind.includes('bin'));
}

/**
 * Those for one of the targets that cargo was called for: it keeps each in `target/<triple>/<profile>`,
 * and says nowhere else which one a line is about.
 */
export function artefactsFor(triple: string, made: readonly CrateArtefact[]): CrateArtefact[] {
  const lies = (file: string) => path.basename(path.dirname(path.dirname(file))) === triple;
  return made.filter((one) => one.filenames.some(lies));
}

/** The plugin's own library or program among those that cargo made. */
export async function ownProduct(
  { project, target, kind }: ToolchainRequest,
  made: readonly CrateArtefact[],
): Promise<Product | undefined> {
  const own = kind === 'library' ? await ownLibrary(project, made) : await ownProgram(project, made);
  const file =
    kind === 'library' ? own?.filenames.find((name) => name.endsWith(target.libraryExtension)) : own?.executable;
  if (own === undefined || file === undefined || file === null) return undefined;
  return { file, explanation: [`build: left to cargo, which found the crate ${own.fresh ? 'fresh' : 'stale'}`] };
}

/** What to say when cargo ended well and the plugin's library or program is not among what it made. */
export function noProduct({ kind, project }: ToolchainRequest, made: readonly CrateArtefact[]): CpexError {
  if (kind === 'executable') {
    const message =
      made.length === 0 ? 'cargo made no program.' : `None of the ${made.length} programs is the plugin's.`;
    return new CpexError('CPEX_E_BUILD_NO_EXECUTABLE', message, {
      evidence: made.map((one) => `program: ${one.target.name}, of ${one.manifest_path}`),
      remedy:
        made.length === 0
          ? 'Put fn main into src/main.rs, or declare the program as [[bin]] in Cargo.toml.'
          : `Name its [[bin]] in cpex.yaml, as in "build: {target: ${made[0]?.target.name ?? project.manifest.id}}".`,
    });
  }
  return new CpexError('CPEX_E_BUILD_NO_LIBRARY', 'cargo made no cdylib.', {
    evidence: made.map((one) => `cdylib: ${one.manifest_path}`),
    remedy: 'Put crate-type = ["cdylib", "rlib"] under [lib] in Cargo.toml.',
  });
}

/** Crates that the plugin depends on may be libraries of that kind, too. */
async function ownLibrary(project: Project, made: readonly CrateArtefact[]): Promise<CrateArtefact | undefined> {
  const [own] = await ownCrate(project, made);
  return own ?? (project.manifest.build?.crate === undefined ? made[0] : undefined);
}

/** A crate may hold several programs: the one that is named counts, else the plugin's namesake, else the only one. */
async function ownProgram(project: Project, made: readonly CrateArtefact[]): Promise<CrateArtefact | undefined> {
  const { id, build, host } = project.manifest;
  const own = await ownCrate(project, made);
  const all = own.length === 0 && build?.crate === undefined ? made : own;
  const named = isOtherForm(host, 'executable') ? undefined : build?.target;
  if (named !== undefined) return all.find((one) => one.target.name === named);
  const names = [id, pluginNames(id).package, pluginNames(id).snake];
  return all.find((one) => names.includes(one.target.name)) ?? (all.length === 1 ? all[0] : undefined);
}

/** What belongs to the plugin's own package. */
async function ownCrate(project: Project, made: readonly CrateArtefact[]): Promise<CrateArtefact[]> {
  const { crate } = project.manifest.build ?? {};
  if (crate === undefined) {
    const manifest = await realpath(path.join(sourceRoot(project), 'Cargo.toml'));
    return made.filter((one) => path.resolve(one.manifest_path) === manifest);
  }
  const own: CrateArtefact[] = [];
  for (const one of made) if ((await packageName(one.manifest_path)) === crate) own.push(one);
  return own;
}

async function packageName(manifest: string): Promise<unknown> {
  const document = parseToml(await readFile(manifest, 'utf8')) as { package?: { name?: unknown } };
  return document.package?.name;
}
