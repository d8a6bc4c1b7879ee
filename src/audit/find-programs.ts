import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** How executables begin on Linux and FreeBSD, macOS (thin and universal) and Windows; the first four bytes, hex. */
const STARTS = /^(?:7f454c46|cffaedfe|cafebabe|4d5a)/;

/** Bytes of a `build.json` that are read. */
const RECORD_LIMIT = 1 << 20;

/** Whether a file looks like a program that a build has made: no extension or `.exe`, permitted to run, and no text. */
export async function isProgram(file: string): Promise<boolean> {
  const extension = path.extname(file).toLowerCase();
  if (extension !== '' && extension !== '.exe') return false;
  const { mode } = await stat(file);
  if (extension === '' && (mode & 0o111) === 0) return false;
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const start = Buffer.alloc(4);
    await handle.read(start, 0, 4, 0);
    return STARTS.test(start.toString('hex'));
  } finally {
    await handle.close();
  }
}

/** The program that a `build.json` describes; undefined for that of a library, and for any other file of the name. */
export async function programOf(record: string): Promise<string | undefined> {
  try {
    if ((await stat(record)).size > RECORD_LIMIT) return undefined;
    const { kind, file } = JSON.parse(await readFile(record, 'utf8')) as { kind?: unknown; file?: unknown };
    const named = kind === 'executable' && typeof file === 'string' && path.basename(file) === file;
    return named ? path.join(path.dirname(record), file) : undefined;
  } catch {
    return undefined;
  }
}
