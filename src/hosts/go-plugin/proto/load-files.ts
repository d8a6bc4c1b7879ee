import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import protobuf from 'protobufjs';
import { CpexError } from '../../../support/errors.js';
import { commonFile, servicesOfRoot } from './from-root.js';
import type { Services } from './model.js';

/** Largest file with services that is read. */
const SIZE_LIMIT = 16 << 20;

/**
 * The services of some .proto files and of all that they import. An import is looked for in the folders of the files and
 * in all above them up to `root`, as protoc would do with each of these as its path. Those of Google need no file.
 * Throws `CPEX_E_PROTO_FILE`, with file and line where they are known.
 * @param files absolute, or relative to `root`
 */
export async function loadProtoFiles(files: readonly string[], root: string): Promise<Services> {
  const named = files.map((file) => path.resolve(root, file));
  await requireFiles(named, root);
  const loader = new FileLoader(root, named);
  for (const file of named) await loader.load(file);
  return loader.finish();
}

class FileLoader {
  private readonly tree = new protobuf.Root();
  private readonly loaded = new Set<string>();
  /** Imports that are not there. What they hold may not be needed: options, for the most part. */
  private readonly missing: string[] = [];
  private readonly folders: readonly string[];

  constructor(
    private readonly root: string,
    files: readonly string[],
  ) {
    this.folders = [...new Set(files.flatMap((file) => foldersOf(path.dirname(file), root)))];
  }

  async load(file: string): Promise<void> {
    if (this.loaded.has(file)) return;
    this.loaded.add(file);
    const source = await this.read(file);
    let imports: readonly string[];
    try {
      const parsed = protobuf.parse(source, this.tree, { keepCase: true, alternateCommentMode: true });
      imports = [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])];
    } catch (error) {
      throw this.unusable(file, (error as Error).message);
    }
    for (const one of imports) await this.import(one, file);
  }

  finish(): Services {
    try {
      this.tree.resolveAll();
      return servicesOfRoot(this.tree);
    } catch (error) {
      const { message } = error as Error;
      throw new CpexError('CPEX_E_PROTO_FILE', `The .proto files do not fit together: ${message}.`, {
        evidence: this.missing,
        remedy:
          this.missing.length === 0
            ? 'Define the type, or import the file that does.'
            : 'Put the imported files below the folder of cpex.yaml, at the path that the import names.',
      });
    }
  }

  private async import(name: string, from: string): Promise<void> {
    const bundled = await commonFile(name);
    if (bundled !== undefined) {
      if (!this.loaded.has(name)) this.tree.addJSON(bundled.nested ?? {});
      this.loaded.add(name);
      return;
    }
    for (const folder of [path.dirname(from), ...this.folders]) {
      const file = path.join(folder, name);
      if (!(await isFile(file))) continue;
      await this.load(file);
      return;
    }
    this.missing.push(`${this.shown(from)} imports "${name}", which is in none of the folders`);
  }

  private async read(file: string): Promise<string> {
    const { size } = await stat(file);
    if (size > SIZE_LIMIT) throw this.unusable(file, `it has ${size} bytes, more than any .proto file`);
    return readFile(file, 'utf8');
  }

  /** The library's words end with the line. */
  private unusable(file: string, message: string): CpexError {
    const [, words = message, line] = /^(.*) \(line (\d+)\)$/s.exec(message) ?? [];
    const place = line === undefined ? this.shown(file) : `${this.shown(file)}:${line}`;
    return new CpexError('CPEX_E_PROTO_FILE', `${place}: ${words}.`, {
      remedy: 'Make it a file that protoc takes.',
    });
  }

  private shown(file: string): string {
    return shown(file, this.root);
  }
}

async function requireFiles(files: readonly string[], root: string): Promise<void> {
  const there = await Promise.all(files.map(isFile));
  const missing = files.filter((_, index) => !there[index]);
  if (missing.length === 0) return;
  const names = missing.map((file) => shown(file, root)).join(', ');
  throw new CpexError('CPEX_E_PROTO_FILE', `There is no file ${names}.`, {
    remedy: 'Name it with --proto, or under process.protos in cpex.yaml, relative to that file.',
  });
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}

function shown(file: string, root: string): string {
  const relative = path.relative(root, file);
  return relative.startsWith('..') ? file : relative;
}

/** A folder and those above it, up to the project's; the folder alone where it lies elsewhere. */
function foldersOf(folder: string, root: string): string[] {
  const relative = path.relative(root, folder);
  if (relative.startsWith('..') || path.isAbsolute(relative)) return [folder, path.dirname(folder)];
  const parts = relative === '' ? [] : relative.split(path.sep);
  return [...parts.keys(), parts.length].map((count) => path.join(root, ...parts.slice(0, count))).reverse();
}
