import type { BinaryFacts, BinaryRole } from '../model/binary.js';
import type { TargetArch, TargetOs } from '../model/target.js';

/** Bytes of a file that are enough to recognise it. */
export const HEAD_BYTES = 4096;

/** Whether the file claims to be ELF, the format that is read in depth. */
export function isElf(head: Buffer): boolean {
  return head.subarray(0, 4).toString('latin1') === '\x7fELF';
}

/** Names what a file is that is not ELF, from its first bytes and its size. Never throws. */
export function recognise(head: Buffer, size: number): BinaryFacts {
  if (size === 0) return plain('other', 'an empty file');
  return machO(head) ?? pe(head) ?? byMagic(head) ?? text(head) ?? plain('other', 'a file of unknown format');
}

function plain(format: BinaryFacts['format'], description: string): BinaryFacts {
  return { format, role: format === 'object' ? 'object' : 'other', description };
}

const MACHO_CPU: Readonly<Record<number, TargetArch | (string & {})>> = {
  7: 'x86 (32-bit)',
  12: 'Arm (32-bit)',
  16777223: 'x64',
  16777228: 'arm64',
};
const MACHO_ROLE: Readonly<Record<number, BinaryRole>> = { 1: 'object', 2: 'executable', 6: 'library', 8: 'library' };

function machO(head: Buffer): BinaryFacts | undefined {
  if (head.length < 32) return undefined;
  const magic = head.readUInt32LE(0);
  if (magic === 0xfeedface || magic === 0xfeedfacf) {
    const arch = MACHO_CPU[head.readUInt32LE(4)] ?? `processor ${head.readUInt32LE(4)}`;
    const role = MACHO_ROLE[head.readUInt32LE(12)] ?? 'other';
    return foreign('macho', 'Mach-O', 'darwin', arch, role, magic === 0xfeedfacf ? 64 : 32);
  }
  const fat = head.readUInt32BE(0);
  const slices = head.readUInt32BE(4);
  // Java classes share this magic; their version number is far above any count of slices.
  if ((fat === 0xcafebabe || fat === 0xcafebabf) && slices > 0 && slices < 20) {
    return foreign('macho', `universal Mach-O (${slices} slices)`, 'darwin', 'universal', 'library', 64);
  }
  return undefined;
}

const PE_MACHINE: Readonly<Record<number, TargetArch | (string & {})>> = {
  332: 'x86 (32-bit)',
  34404: 'x64',
  43620: 'arm64',
};

function pe(head: Buffer): BinaryFacts | undefined {
  if (head.subarray(0, 2).toString('latin1') !== 'MZ' || head.length < 64) return undefined;
  const at = head.readUInt32LE(60);
  if (at + 24 > head.length || head.toString('latin1', at, at + 4) !== 'PE\0\0') {
    return plain('other', 'a DOS executable or a damaged Windows file');
  }
  const machine = head.readUInt16LE(at + 4);
  const library = (head.readUInt16LE(at + 22) & 0x2000) !== 0;
  const arch = PE_MACHINE[machine] ?? `machine 0x${machine.toString(16)}`;
  return foreign('pe', 'PE', 'windows', arch, library ? 'library' : 'executable', machine === 0x14c ? 32 : 64);
}

function foreign(
  format: 'macho' | 'pe',
  name: string,
  os: TargetOs,
  arch: TargetArch | (string & {}),
  role: BinaryRole,
  bits: 32 | 64,
): BinaryFacts {
  const words: Readonly<Record<BinaryRole, string>> = {
    library: 'shared library',
    executable: 'executable',
    object: 'object file',
    core: 'memory dump',
    other: 'file',
  };
  return { format, role, description: `${name} ${words[role]} for ${os} ${arch}`, os, arch, bits };
}

const MAGICS: readonly (readonly [magic: string, format: BinaryFacts['format'], description: string])[] = [
  ['!<arch>\n', 'archive', 'a static library (ar archive)'],
  ['!<thin>\n', 'archive', 'a static library (thin ar archive)'],
  ['PK\x03\x04', 'archive', 'a zip archive'],
  ['\x1f\x8b', 'archive', 'a gzip file'],
  ['BZh', 'archive', 'a bzip2 file'],
  ['\xfd7zXZ\0', 'archive', 'an xz file'],
  ['\x28\xb5\x2f\xfd', 'archive', 'a zstd file'],
  ['7z\xbc\xaf\x27\x1c', 'archive', 'a 7z archive'],
  ['\0asm', 'other', 'a WebAssembly module'],
  ['\xca\xfe\xba\xbe', 'other', 'a Java class file'],
  ['BC\xc0\xde', 'object', 'LLVM bitcode'],
  ['%PDF', 'other', 'a PDF document'],
];

function byMagic(head: Buffer): BinaryFacts | undefined {
  const start = head.toString('latin1', 0, 16);
  for (const [magic, format, description] of MAGICS) {
    if (start.startsWith(magic)) return plain(format, description);
  }
  if (head.toString('latin1', 257, 262) === 'ustar') return plain('archive', 'a tar archive');
  return undefined;
}

/** Tab, line ends, form feed and escape: what text files hold. */
const TEXT_CONTROLS = new Set([9, 10, 12, 13, 27]);

function text(head: Buffer): BinaryFacts | undefined {
  const start = head.toString('latin1');
  if (start.startsWith('version https://git-lfs.github.com/spec/')) {
    return plain('text', 'a Git LFS pointer, not the file itself');
  }
  if (/^(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html|<head)/i.test(start)) return plain('text', 'an HTML page');
  if (start.startsWith('#!')) return plain('text', `a script (${start.slice(0, 80).split('\n')[0]?.trim()})`);
  if (start.startsWith('/* GNU ld script') || /^\s*(?:INPUT|GROUP)\s*\(/.test(start)) {
    return plain('text', 'a linker script');
  }
  const binary = head.some((byte) => byte < 0x20 && !TEXT_CONTROLS.has(byte));
  return binary ? undefined : plain('text', 'a text file');
}
