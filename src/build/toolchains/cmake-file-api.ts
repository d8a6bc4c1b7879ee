import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CpexError } from '../../support/errors.js';

/** What we read of the code model, version 2 (cmake-file-api(7)). */
interface CodeModel {
  readonly configurations: readonly {
    readonly targets: readonly { readonly name: string; readonly jsonFile: string }[];
  }[];
}

interface TargetModel {
  readonly name: string;
  readonly type: string;
  readonly nameOnDisk?: string;
  readonly artifacts?: readonly { readonly path: string }[];
}

const API = path.join('.cmake', 'api', 'v1');

/** Asks cmake to describe the targets when it next configures the folder. */
export async function askFileApi(folder: string): Promise<void> {
  const query = path.join(folder, API, 'query');
  await mkdir(query, { recursive: true });
  await writeFile(path.join(query, 'codemodel-v2'), '');
}

/**
 * Absolute path of the plugin's library in a configured build folder, as cmake itself states it.
 * Among several shared libraries the one named after the plugin is meant.
 * @throws CpexError `CPEX_E_BUILD_NO_LIBRARY`
 */
export async function readLibrary(folder: string, id: string, extension: string): Promise<string> {
  const libraries = await sharedLibraries(folder, extension);
  const own = libraries.find((file) => path.basename(file) === id + extension);
  const only = libraries.length === 1 ? libraries[0] : undefined;
  const found = own ?? only;
  if (found !== undefined) return path.resolve(folder, found);
  const evidence = libraries.map((file) => `shared library: ${file}`);
  throw new CpexError(
    'CPEX_E_BUILD_NO_LIBRARY',
    libraries.length === 0
      ? 'CMakeLists.txt describes no shared library.'
      : `None of the ${libraries.length} shared libraries in CMakeLists.txt is named ${id}${extension}.`,
    {
      evidence,
      remedy: `Declare it with add_library(NAME SHARED …) and set its OUTPUT_NAME to "${id}" and its PREFIX to "".`,
    },
  );
}

async function sharedLibraries(folder: string, extension: string): Promise<string[]> {
  const reply = path.join(folder, API, 'reply');
  // cmake writes the index last and with a name that sorts after older ones.
  const index = (await readdir(reply))
    .filter((name) => name.startsWith('index-'))
    .sort()
    .at(-1);
  if (index === undefined) throw new CpexError('CPEX_E_BUG', `cmake left no answer in ${reply}.`);
  const { objects } = (await readJson(path.join(reply, index))) as {
    objects: readonly { kind: string; jsonFile: string }[];
  };
  const model = objects.find((object) => object.kind === 'codemodel');
  if (model === undefined) throw new CpexError('CPEX_E_BUG', `cmake left no code model in ${reply}.`);
  const { configurations } = (await readJson(path.join(reply, model.jsonFile))) as CodeModel;
  const found: string[] = [];
  for (const { jsonFile } of configurations[0]?.targets ?? []) {
    const target = (await readJson(path.join(reply, jsonFile))) as TargetModel;
    if (target.type !== 'SHARED_LIBRARY' && target.type !== 'MODULE_LIBRARY') continue;
    // Import libraries and debug databases are listed beside the library.
    const library = target.artifacts?.find((artifact) => artifact.path.endsWith(extension));
    if (library !== undefined) found.push(library.path);
  }
  return found;
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}
