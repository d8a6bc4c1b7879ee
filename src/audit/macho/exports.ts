import type { ExportedSymbol } from '../../model/binary.js';
import { BinaryError } from '../binary-error.js';
import type { Bytes } from '../bytes.js';
import type { CodeMap } from './code-map.js';
import { Cursor } from './cursor.js';

/** Nodes of the trie and characters of all names together; a hostile file must not cost memory. */
const MOST_NODES = 1_000_000;
const MOST_CHARACTERS = 2 ** 26;
const LONGEST_NAME = 8192;

const KIND_MASK = 3;
const KIND = { THREAD_LOCAL: 1, ABSOLUTE: 2 } as const;
const FLAG = { WEAK: 4, REEXPORT: 8 } as const;

/** An exported name as the file has it, with the underscore that C puts before it. */
export interface RawExport extends ExportedSymbol {
  /** Offset from the start of the image; undefined for what another library brings. */
  readonly address?: number;
}

/**
 * The names in an export trie: what the loader looks up. Throws `BinaryError` for a trie with circles,
 * with branches that meet, or without end.
 */
export function readExportTrie(trie: Bytes, code: CodeMap): RawExport[] {
  if (trie.length === 0) return [];
  const found: RawExport[] = [];
  const seen = new Set<number>();
  let nodes = 1;
  let characters = 0;
  const waiting: Node[] = [{ offset: 0, name: '' }];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node.offset)) throw new BinaryError('malformed', 'The export trie has branches that meet.');
    seen.add(node.offset);
    const cursor = new Cursor(trie, node.offset);
    const size = cursor.uleb();
    const end = cursor.position + size;
    if (size > 0) found.push(terminal(cursor, node.name, code));
    for (const child of childrenOf(new Cursor(trie, end), node.name).reverse()) {
      nodes++;
      characters += child.name.length;
      if (nodes > MOST_NODES || characters > MOST_CHARACTERS || child.name.length > LONGEST_NAME) {
        throw new BinaryError('malformed', 'The export trie is larger than that of any library.');
      }
      waiting.push(child);
    }
  }
  return found;
}

interface Node {
  readonly offset: number;
  readonly name: string;
}

function childrenOf(cursor: Cursor, prefix: string): Node[] {
  // One byte counts them, so there are at most 255.
  return Array.from({ length: cursor.u8() }, () => {
    const name = prefix + cursor.name();
    return { offset: cursor.uleb(), name };
  });
}

function terminal(cursor: Cursor, name: string, code: CodeMap): RawExport {
  const flags = cursor.uleb();
  const weak = (flags & FLAG.WEAK) !== 0;
  // What another library brings may be anything; whether it is there shows when that one is loaded.
  if ((flags & FLAG.REEXPORT) !== 0) return { name, kind: 'other', weak, executable: true };
  const address = cursor.uleb();
  const kind = flags & KIND_MASK;
  if (kind === KIND.THREAD_LOCAL) return { name, kind: 'tls', weak, executable: false, address };
  if (kind === KIND.ABSOLUTE) return { name, kind: 'other', weak, executable: false, address };
  return { name, ...code.at(address), weak, address };
}
