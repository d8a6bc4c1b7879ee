import type { BinaryFacts, BinaryRole } from '../model/binary.js';
import type { TargetArch } from '../model/target.js';
import { nameThin } from './macho/name-thin.js';
import { sliceCount } from './macho/universal.js';

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

function machO(head: Buffer): BinaryFacts | undefined {
  const slices = sliceCount(head);
  if (slices === undefined) return nameThin(head);
  const description = `universal Mach-O file with ${slices} slices`;
  return { format: 'macho', role: 'library', os: 'darwin', arch: 'universal', bits: 64, description };
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
  return windows(arch, library ? 'library' : 'executable', machine === 0x14c ? 32 : 64);
}

function windows(arch: TargetArch | (string & {}), role: BinaryRole, bits: 32 | 64): BinaryFacts {
  const words = role === 'library' ? 'shared library' : 'executable';
  return { format: 'pe', role, description: `PE ${words} for windows ${arch}`, os: 'windows', arch, bits };
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
