import type { GoBuildFacts, ToolchainFacts } from '../../model/binary.js';
import { CARGO_SECTION, readCargoDependencies } from '../cargo-dependencies.js';
import { readGoBuildInfo } from '../elf/go-buildinfo.js';
import type { FileSource } from '../file-source.js';
import type { Section } from './sections.js';

/** Bytes in which traces of compilers and Go's build information are looked for. */
const MOST_BYTES = 2 ** 21;
const MOST_COMMENTS = 64;
/** What compilers write about themselves. GNU's linker gathers it at the end of the constants. */
const TRACE = /(?<![ -~])(?:GCC: \(|clang version |rustc version |zig )[ -~]{1,200}/g;

/** Who made the file, by what compilers and linkers left in it. */
export async function readToolchain(source: FileSource, sections: readonly Section[]): Promise<ToolchainFacts> {
  const comments = new Set<string>();
  for (const section of sections.filter((one) => /^\.(?:comment|rdata)(?:\$|$)/.test(one.name))) {
    const length = Math.min(section.fileSize, MOST_BYTES);
    const text = (await source.read(section.offset + section.fileSize - length, length)).toString('latin1');
    for (const [trace] of text.matchAll(TRACE)) if (comments.size < MOST_COMMENTS) comments.add(trace);
  }
  const go = await readGo(source, sections);
  const list = sections.find((one) => one.name === CARGO_SECTION);
  const place = { offset: list?.offset ?? 0, size: Math.min(list?.fileSize ?? 0, list?.memorySize ?? 0) };
  const crates = list === undefined ? undefined : await readCargoDependencies(source, place);
  return {
    comments: [...comments],
    ...(go === undefined ? {} : { go }),
    ...(crates === undefined ? {} : { crates }),
  };
}

/** Go's build information lies in a section of its own or in that of the changeable data. */
async function readGo(source: FileSource, sections: readonly Section[]): Promise<GoBuildFacts | undefined> {
  const places = [
    ...sections.filter((one) => one.name === '.go.buildinfo'),
    ...sections.filter((one) => one.writable && !one.executable && one.fileSize > 0),
  ];
  for (const { offset, fileSize } of places.slice(0, 4)) {
    const found = readGoBuildInfo(
      await source.piece(offset, Math.min(fileSize, MOST_BYTES), true, "Go's build information"),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Bytes of debug information. */
export function debugBytes(sections: readonly Section[]): number {
  return sections.filter((one) => /^\.z?debug_/.test(one.name)).reduce((sum, one) => sum + one.fileSize, 0);
}
