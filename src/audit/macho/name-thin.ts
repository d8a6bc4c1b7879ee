import type { BinaryFacts, BinaryRole } from '../../model/binary.js';
import { FILE_TYPE, processorName, thinKind } from './header.js';

/** Bytes that are enough to name a thin file. */
export const NAME_BYTES = 16;

const ROLES: Readonly<Record<number, BinaryRole>> = {
  [FILE_TYPE.OBJECT]: 'object',
  [FILE_TYPE.EXECUTE]: 'executable',
  [FILE_TYPE.CORE]: 'core',
  [FILE_TYPE.DYLIB]: 'library',
  [FILE_TYPE.BUNDLE]: 'library',
};
const ROLE_WORDS: Readonly<Record<BinaryRole, string>> = {
  library: 'shared library',
  executable: 'executable',
  object: 'object file',
  core: 'memory dump',
  other: 'file',
};

/** `shared library`, `executable` and so on. */
export function roleWords(role: BinaryRole): string {
  return ROLE_WORDS[role];
}

/** What a thin file of either word size and byte order is, by its first bytes; undefined for any other file. */
export function nameThin(head: Buffer): BinaryFacts | undefined {
  const kind = head.length < NAME_BYTES ? undefined : thinKind(head.readUInt32LE(0));
  if (kind === undefined) return undefined;
  const word = (at: number) => (kind.littleEndian ? head.readUInt32LE(at) : head.readUInt32BE(at));
  const arch = processorName(word(4), word(8));
  const role = ROLES[word(12)] ?? 'other';
  const order = kind.littleEndian ? '' : ' big-endian';
  const bundle = word(12) === FILE_TYPE.BUNDLE ? ' (bundle)' : '';
  const description = `${kind.bits}-bit${order} Mach-O ${ROLE_WORDS[role]}${bundle} for ${arch}`;
  return { format: 'macho', role, os: 'darwin', arch, ...kind, description };
}
