import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { type Candidate, entriesOf, type Stated, settings } from './candidate.js';
import { folderOf, isBelow, nearestAbove, type Survey } from './survey.js';

/** The parts of a Cargo.toml that matter here; everything may be absent or of another type. */
interface CargoFile {
  readonly package?: Readonly<Record<string, unknown>>;
  readonly lib?: { readonly 'crate-type'?: unknown; readonly crate_type?: unknown };
  readonly workspace?: { readonly package?: Readonly<Record<string, unknown>> };
}

/** Crates of the type `cdylib`, also those in workspaces and subfolders. */
export async function cargoCandidates(survey: Survey): Promise<Candidate[]> {
  const manifests = survey.files.filter((file) => path.posix.basename(file) === 'Cargo.toml');
  const documents = new Map<string, CargoFile>();
  for (const file of manifests) documents.set(folderOf(file), parse(await survey.text(file)));
  const found: Candidate[] = [];
  for (const [folder, document] of documents) {
    if (!isDynamic(document) || typeof document.package?.name !== 'string') continue;
    const sources = survey.files.filter(
      (file) => file.endsWith('.rs') && isBelow(file, folder) && nearestAbove(folderOf(file), manifests) === folder,
    );
    const workspace = folder === '.' ? undefined : documents.get('.')?.workspace;
    const name = document.package.name;
    found.push({
      language: 'rust',
      unit: name,
      declaredIn: folder === '.' ? 'Cargo.toml' : `${folder}/Cargo.toml`,
      // From the root of its workspace a crate is built by name; elsewhere cargo finds what belongs to it.
      build: workspace === undefined ? settings({ folder }) : settings({ folder: '.', crate: name }),
      entries: await entriesOf(sources, 'rust', survey),
      stated: stated(name, document.package, workspaceAbove(folder, documents)),
    });
  }
  return found;
}

function parse(text: string): CargoFile {
  try {
    return parseToml(text) as CargoFile;
  } catch {
    // Cargo itself will say what is wrong with its file.
    return {};
  }
}

function isDynamic({ lib }: CargoFile): boolean {
  const types = lib?.['crate-type'] ?? lib?.crate_type;
  return Array.isArray(types) && types.includes('cdylib');
}

type Fields = Readonly<Record<string, unknown>>;

function workspaceAbove(folder: string, documents: ReadonlyMap<string, CargoFile>): Fields {
  for (let above = folder; ; above = path.posix.dirname(above)) {
    const fields = documents.get(above)?.workspace?.package;
    if (fields !== undefined || above === '.') return fields ?? {};
  }
}

function stated(name: string, fields: Fields, inherited: Fields): Stated {
  const [author] = strings(value(fields, inherited, 'authors'));
  const texts = (['version', 'description', 'license', 'repository'] as const).flatMap((key) => {
    const found = value(fields, inherited, key);
    return typeof found === 'string' && found.trim() !== '' ? [[key, found.trim()] as const] : [];
  });
  return { name, ...Object.fromEntries(texts), ...(author === undefined ? {} : { author }) };
}

/** `version.workspace = true` takes the value of the workspace. */
function value(fields: Fields, inherited: Fields, key: string): unknown {
  const own = fields[key];
  const fromWorkspace = typeof own === 'object' && own !== null && (own as { workspace?: unknown }).workspace === true;
  return fromWorkspace ? inherited[key] : own;
}

function strings(found: unknown): string[] {
  return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
}
