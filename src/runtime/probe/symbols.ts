import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { findTool } from '../../support/find-tool.js';
import { runTool } from '../../support/tools.js';

/** A function and the line of its source, as far as the file says. */
export interface SourcePlace {
  readonly name?: string;
  /** File and line, relative to the working folder where that is shorter. */
  readonly line?: string;
}

/** Milliseconds for one tool; large files with debug information take their time. */
const LOOK_UP_MS = 4000;
/** Known places, so that a crash that comes again costs nothing. */
const MOST_KNOWN = 2000;

/** Tools with the command line of binutils' addr2line. Those for one format only say so and are passed over. */
const TOOLS = ['addr2line', 'llvm-addr2line', 'aarch64-linux-gnu-addr2line', 'x86_64-w64-mingw32-addr2line'] as const;

/** Of the head of an ELF file, and the type of the section with all symbols. */
const ELF_MAGIC = 0x7f454c46;
const ELF_64 = 2;
const LITTLE_ENDIAN = 1;
const SYMBOL_TABLE = 2;

const known = new Map<string, SourcePlace>();

/**
 * Looks up places of a library in its debug information, or at least in its symbols. Never throws: without a tool, or
 * when none understands the file, nothing is known.
 * @param file path of the library
 * @param offsets from where it begins, as `0x1139`
 */
export async function sourcePlaces(
  file: string,
  offsets: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, SourcePlace>> {
  const version = await versionOf(file);
  const found = new Map<string, SourcePlace>();
  if (version === undefined) return found;
  const key = (offset: string) => `${file}\0${version}\0${offset}`;
  const open = [...new Set(offsets)].filter((offset) => {
    const place = known.get(key(offset));
    if (place !== undefined) found.set(offset, place);
    return place === undefined;
  });
  if (open.length === 0) return found;
  if (known.size > MOST_KNOWN) known.clear();
  for (const [offset, place] of await lookUp(file, open, signal)) {
    known.set(key(offset), place);
    found.set(offset, place);
  }
  return found;
}

async function lookUp(
  file: string,
  offsets: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, SourcePlace>> {
  const base = await imageBase(file);
  const onlyExports = await isStripped(file);
  const addresses = offsets.map((offset) => `0x${(BigInt(offset) + base).toString(16)}`);
  for (const name of TOOLS) {
    const tool = await findTool(name, process.env);
    if (tool === undefined) continue;
    try {
      const { code, stdout } = await runTool(tool, ['-f', '-C', '-e', file, ...addresses], {
        timeout: LOOK_UP_MS,
        ...(signal === undefined ? {} : { signal }),
      });
      const lines = stdout.trimEnd().split('\n');
      if (code !== 0 || lines.length !== 2 * offsets.length) continue;
      const places = offsets.map((_, at) => readPlace(lines[2 * at] ?? '', lines[2 * at + 1] ?? ''));
      // Else everything would seem to happen in the export that lies before it in the file.
      return new Map(offsets.map((offset, at) => [offset, onlyExports && !places[at]?.line ? {} : (places[at] ?? {})]));
    } catch {
      // Interrupted, or a tool that cannot be started: then nothing is known.
    }
  }
  return new Map(offsets.map((offset) => [offset, {}]));
}

/** `??` and `:0` stand for what is not known; a discriminator tells parts of one line apart. */
function readPlace(name: string, place: string): SourcePlace {
  const line = place.replace(/ \(discriminator \d+\)$/, '').trim();
  const [, file = '', number = '0'] = /^(.*):(\d+|\?)$/.exec(line) ?? [];
  const hasLine = file !== '' && file !== '??' && number !== '0' && number !== '?';
  return {
    ...(name === '' || name === '??' ? {} : { name }),
    ...(hasLine ? { line: `${shortest(file)}:${number}` } : {}),
  };
}

function shortest(file: string): string {
  const near = path.relative(process.cwd(), file);
  return near.startsWith('..') || near.length >= file.length ? file : near;
}

async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size } = await stat(file);
    return `${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}

/** Whether an ELF file for 64 bits names nothing but its exports; false for all other files. */
async function isStripped(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(64);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    if (bytesRead < 64 || head.readUInt32BE(0) !== ELF_MAGIC || head[4] !== ELF_64 || head[5] !== LITTLE_ENDIAN)
      return false;
    const [size, count] = [head.readUInt16LE(58), head.readUInt16LE(60)];
    const table = Buffer.alloc(size * count);
    const { bytesRead: got } = await handle.read(table, 0, table.length, Number(head.readBigUInt64LE(40)));
    for (let at = 0; at + 8 <= got; at += size) if (table.readUInt32LE(at + 4) === SYMBOL_TABLE) return false;
    return true;
  } finally {
    await handle.close();
  }
}

/** Where a file for Windows says that it wants to be loaded: its debug information counts from 0. */
async function imageBase(file: string): Promise<bigint> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(4096);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const at = bytesRead >= 64 && head.toString('latin1', 0, 2) === 'MZ' ? head.readUInt32LE(60) : undefined;
    if (at === undefined || at + 56 > bytesRead) return 0n;
    return head.readBigUInt64LE(at + 24 + 24);
  } finally {
    await handle.close();
  }
}
