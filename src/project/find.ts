import { stat } from 'node:fs/promises';
import path from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import type { RunContext } from '../model/context.js';
import type { Project } from '../model/manifest.js';
import { CpexError, isCpexError, systemCode } from '../support/errors.js';
import { exists } from '../support/files.js';
import { readManifest } from './read-manifest.js';

/** The file that says what a plugin is. */
export const MANIFEST_FILE = 'cpex.yaml';

/** The manifest, and the files that may point to one. */
const PLACES = [MANIFEST_FILE, '.cpexrc', 'package.json', 'Cargo.toml'];

/**
 * The project that a folder stands in: the nearest folder upwards with a `cpex.yaml`, or with a
 * file that points to one.
 * @returns undefined when there is none
 * @throws CpexError when one is there and cannot be used
 */
export async function findProject(cwd: string): Promise<Project | undefined> {
  const file = await findManifest(cwd);
  if (file === undefined) return undefined;
  return { root: path.dirname(file), file, manifest: await readManifest(file) };
}

/** As {@link findProject}; says which file was taken and refuses to go on without one. */
export async function requireProject(context: Pick<RunContext, 'cwd' | 'emit'>): Promise<Project> {
  const project = await findProject(context.cwd);
  if (project === undefined) {
    throw new CpexError('CPEX_E_NO_PROJECT', `There is no ${MANIFEST_FILE} in ${context.cwd} or above it.`, {
      remedy: 'Change into a plugin project, or start one: cpex new my-plugin --lang rust',
    });
  }
  context.emit({ type: 'config', file: project.file });
  return project;
}

/** Absolute path of the manifest for a folder, pointers followed. */
export async function findManifest(cwd: string): Promise<string | undefined> {
  const explorer = cosmiconfig('cpex', {
    searchPlaces: [...PLACES],
    searchStrategy: 'none',
    cache: false,
    ignoreEmptySearchPlaces: false,
    loaders: {
      '.yaml': () => ({}),
      '.json': (_file, text) => loose(() => JSON.parse(text) as unknown) ?? {},
      '.toml': (_file, text) => loose(() => tomlPointer(parseToml(text))),
      noExt: (file, text) => pointerText(file, text),
    },
  });
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    const found = await searchIn(folder, () => explorer.search(folder));
    if (found !== null) {
      const isManifest = path.basename(found.filepath) === MANIFEST_FILE;
      return isManifest ? found.filepath : followPointer(found.filepath, found.config);
    }
    // cosmiconfig passes over what it may not read; the reader says so instead.
    const closed = path.join(folder, MANIFEST_FILE);
    if (await exists(closed)) return closed;
    if (path.dirname(folder) === folder) return undefined;
  }
}

/**
 * What stands in a folder, or the error for what cannot be opened there. A pipe in the place of a
 * manifest would never end.
 */
async function searchIn<Found>(folder: string, search: () => Promise<Found>): Promise<Found> {
  for (const name of PLACES) {
    const file = path.join(folder, name);
    const there = await stat(file).catch(() => undefined);
    if (there !== undefined && !there.isFile() && !there.isDirectory()) throw unreadable(file, 'it is no regular file');
  }
  try {
    return await search();
  } catch (error) {
    if (isCpexError(error) || systemCode(error) === undefined) throw error;
    throw unreadable((error as NodeJS.ErrnoException).path ?? folder, systemCode(error) ?? '', error);
  }
}

function unreadable(file: string, reason: string, cause?: unknown): CpexError {
  return new CpexError('CPEX_E_MANIFEST_UNREADABLE', `${file} cannot be read: ${reason}.`, {
    remedy: 'Check that the file is there and that you may read it.',
    cause,
  });
}

/** Files of other tools may be broken for reasons that are not ours: then they say nothing. */
function loose(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}

function tomlPointer(document: object): unknown {
  const tables = document as { package?: { metadata?: { cpex?: unknown } } };
  return tables.package?.metadata?.cpex ?? null;
}

function pointerText(file: string, text: string): unknown {
  try {
    return parseYaml(text) as unknown;
  } catch (error) {
    throw pointerError(file, (error as Error).message.split('\n', 1)[0] ?? '');
  }
}

async function followPointer(file: string, config: unknown): Promise<string> {
  const target = typeof config === 'string' ? config : (config as { file?: unknown } | null | undefined)?.file;
  if (typeof target !== 'string' || path.basename(target) !== MANIFEST_FILE) {
    throw pointerError(file, `expected the path of a ${MANIFEST_FILE}, found ${JSON.stringify(config ?? null)}`);
  }
  const manifest = path.resolve(path.dirname(file), target);
  if (!(await exists(manifest))) throw pointerError(file, `${manifest} is not there`);
  return manifest;
}

function pointerError(file: string, evidence: string): CpexError {
  return new CpexError('CPEX_E_PROJECT_POINTER', `${file} does not point to a usable ${MANIFEST_FILE}.`, {
    evidence: [evidence],
    remedy: `Point to it with {"file": "path/to/${MANIFEST_FILE}"}, relative to the file, and keep all settings there.`,
  });
}
