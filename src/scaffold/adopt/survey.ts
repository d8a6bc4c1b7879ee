import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Folders that hold no sources of the repository itself. */
const SKIPPED = new Set(['node_modules', 'vendor', 'third_party', 'target', 'dist', 'build', 'out', 'testdata']);

/** Files that may say something about a plugin. */
const WANTED =
  /^(go\.mod|Cargo\.toml|CMakeLists\.txt|(GNU)?[Mm]akefile|meson\.build|LICEN[CS]E([-.].*)?|COPYING([-.].*)?|.+\.(go|rs|c|h|cc|cpp|cxx|hpp|cmake))$/;

/** Larger files are generated or data, in bytes. */
const FILE_LIMIT = 2 * 1024 * 1024;

/** Entries after which a survey stops: this is no plugin repository. */
const ENTRY_LIMIT = 50_000;

const DEPTH_LIMIT = 12;

/** The files of a repository that matter to an adoption, read on demand and once. */
export interface Survey {
  /** Absolute. */
  readonly root: string;
  /** Relative to the root, with forward slashes, sorted. */
  readonly files: readonly string[];
  /** Text of one of the files; empty for one that cannot be read or is too large. */
  text(file: string): Promise<string>;
}

/** Lists what a repository consists of. Links are not followed, hidden folders are passed over. */
export async function survey(root: string): Promise<Survey> {
  const files: string[] = [];
  let entries = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    const found = await readdir(path.join(root, folder), { withFileTypes: true });
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (++entries > ENTRY_LIMIT) return;
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile() && WANTED.test(entry.name)) files.push(name);
      const open = entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name);
      if (open && depth < DEPTH_LIMIT) await walk(name, depth + 1).catch(() => {});
    }
  };
  await walk('', 0);
  const texts = new Map<string, Promise<string>>();
  return {
    root,
    files: files.sort(),
    text: (file) => {
      const known = texts.get(file) ?? readText(path.join(root, file));
      texts.set(file, known);
      return known;
    },
  };
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    return size > FILE_LIMIT ? '' : await readFile(file, 'utf8');
  } catch {
    return '';
  }
}

/** Folder of a file as the survey writes it; `.` for the root. */
export function folderOf(file: string): string {
  return path.posix.dirname(file);
}

/** Whether a file lies in a folder or below it. */
export function isBelow(file: string, folder: string): boolean {
  return folder === '.' || file.startsWith(`${folder}/`);
}

/** The folder of the deepest of these files that a folder lies in or below. */
export function nearestAbove(folder: string, files: readonly string[]): string | undefined {
  return files
    .map(folderOf)
    .filter((one) => folder === one || isBelow(folder, one))
    .sort((a, b) => b.length - a.length)
    .at(0);
}
