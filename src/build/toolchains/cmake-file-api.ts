import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ArtefactKind } from '../../model/target.js';
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

/** How to tell the plugin's library or executable from others that the same build makes. */
export interface WantedProduct {
  readonly id: string;
  readonly kind: ArtefactKind;
  /** What the names of such files end with. */
  readonly extension: string;
  /** Name of its CMake target; among several the one named after the id is meant when undefined. */
  readonly target: string | undefined;
}

/**
 * Absolute path of the plugin's library or executable in a configured build folder, as cmake itself states it.
 * @throws CpexError `CPEX_E_BUILD_NO_LIBRARY`, `CPEX_E_BUILD_NO_EXECUTABLE`
 */
export async function readProduct(folder: string, wanted: WantedProduct): Promise<string> {
  const { id, kind, extension, target } = wanted;
  const made = await products(folder, wanted);
  const own = made.find((one) =>
    target === undefined ? path.basename(one.file) === id + extension : one.target === target,
  );
  const only = target === undefined && made.length === 1 ? made[0] : undefined;
  const found = own ?? only;
  if (found !== undefined) return path.resolve(folder, found.file);
  const evidence = made.map((one) => `${WORDS[kind]}: ${one.file}, of the target ${one.target}`);
  const remedy = target === undefined ? DECLARE[kind](id) : 'Correct "build: {target: …}" in cpex.yaml.';
  const code = kind === 'library' ? 'CPEX_E_BUILD_NO_LIBRARY' : 'CPEX_E_BUILD_NO_EXECUTABLE';
  throw new CpexError(code, missing(made.length, wanted), { evidence, remedy });
}

const WORDS: Readonly<Record<ArtefactKind, string>> = { library: 'shared library', executable: 'executable' };

const DECLARE: Readonly<Record<ArtefactKind, (id: string) => string>> = {
  library: (id) =>
    `Declare it with add_library(NAME SHARED …) and set its OUTPUT_NAME to "${id}" and its PREFIX to "".`,
  executable: (id) => `Declare it with add_executable(NAME …) and set its OUTPUT_NAME to "${id}".`,
};

function missing(count: number, { id, kind, extension, target }: WantedProduct): string {
  const word = WORDS[kind];
  if (count === 0) return `CMakeLists.txt describes no ${word}.`;
  if (target !== undefined) return `CMakeLists.txt has no ${word} by the name of the target ${target}.`;
  const several = kind === 'library' ? 'shared libraries' : 'executables';
  return `None of the ${count} ${several} in CMakeLists.txt is named ${id}${extension}.`;
}

const TYPES: Readonly<Record<ArtefactKind, readonly string[]>> = {
  library: ['SHARED_LIBRARY', 'MODULE_LIBRARY'],
  executable: ['EXECUTABLE'],
};

async function products(
  folder: string,
  { kind, extension }: WantedProduct,
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
    if (!TYPES[kind].includes(target.type)) continue;
    // Import libraries and debug databases are listed beside it.
    const product = target.artifacts?.find((artifact) =>
      extension === '' ? path.basename(artifact.path) === target.nameOnDisk : artifact.path.endsWith(extension),
    );
    if (product !== undefined) found.push({ target: target.name, file: product.path });
  }
  return found;
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}
