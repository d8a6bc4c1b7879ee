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

/** How to tell the plugin's library from others that the same build makes. */
export interface WantedLibrary {
  readonly id: string;
  readonly extension: string;
  /** Name of its CMake target; among several libraries the one named after the id is meant when undefined. */
  readonly target: string | undefined;
}

/**
 * Absolute path of the plugin's library in a configured build folder, as cmake itself states it.
 * @throws CpexError `CPEX_E_BUILD_NO_LIBRARY`
 */
export async function readLibrary(folder: string, wanted: WantedLibrary): Promise<string> {
  const { id, extension, target } = wanted;
  const libraries = await sharedLibraries(folder, extension);
  const own = libraries.find((one) =>
    target === undefined ? path.basename(one.file) === id + extension : one.target === target,
  );
  const only = target === undefined && libraries.length === 1 ? libraries[0] : undefined;
  const found = own ?? only;
  if (found !== undefined) return path.resolve(folder, found.file);
  const evidence = libraries.map((one) => `shared library: ${one.file}, of the target ${one.target}`);
  const remedy =
    target === undefined
      ? `Declare it with add_library(NAME SHARED …) and set its OUTPUT_NAME to "${id}" and its PREFIX to "".`
      : 'Correct "build: {target: …}" in cpex.yaml.';
  throw new CpexError('CPEX_E_BUILD_NO_LIBRARY', missing(libraries.length, wanted), { evidence, remedy });
}

function missing(count: number, { id, extension, target }: WantedLibrary): string {
  if (count === 0) return 'CMakeLists.txt describes no shared library.';
  if (target !== undefined) return `CMakeLists.txt has no shared library by the name of the target ${target}.`;
  return `None of the ${count} shared libraries in CMakeLists.txt is named ${id}${extension}.`;
}

async function sharedLibraries(
  folder: string,
  extension: string,
): Promise<{ readonly target: string; readonly file: string }[]> {
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
  const found: { target: string; file: string }[] = [];
  for (const { jsonFile } of configurations[0]?.targets ?? []) {
    const target = (await readJson(path.join(reply, jsonFile))) as TargetModel;
    if (target.type !== 'SHARED_LIBRARY' && target.type !== 'MODULE_LIBRARY') continue;
    // Import libraries and debug databases are listed beside the library.
    const library = target.artifacts?.find((artifact) => artifact.path.endsWith(extension));
    if (library !== undefined) found.push({ target: target.name, file: library.path });
  }
  return found;
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}
