import { createHash } from 'node:crypto';

const ENTRY = 'cliproxy_plugin_init';

/** `ret` of either processor, padded. */
const RETURN = { 34404: [0xc3], 43620: [0xc0, 0x03, 0x5f, 0xd6] } as const;

/**
 * The smallest libraries of other systems in which an audit finds nothing wrong: each exports the entry
 * function and holds one instruction. Written here, because the tests are about files, not about compilers.
 */
export const FOREIGN = {
  'windows-x64': pe(0x8664),
  'windows-arm64': pe(0xaa64),
  'darwin-x64': dylib(0x01000007),
  'darwin-arm64': dylib(0x0100000c),
  'darwin-universal': universal([dylib(0x01000007), dylib(0x0100000c)]),
};

/** A PE library of three sections: code, export table, an empty relocation table. */
function pe(machine: 0x8664 | 0xaa64): Buffer {
  const bytes = Buffer.alloc(2048);
  const [PE, OPTIONAL, SECTIONS] = [128, 152, 392] as const;
  bytes.write('MZ');
  bytes.writeUInt32LE(PE, 60);
  bytes.write('PE\0\0', PE, 'latin1');
  put16(bytes, PE + 4, [machine, 3]);
  put16(bytes, PE + 20, [240, 0x2022]);
  bytes.writeUInt16LE(0x20b, OPTIONAL);
  put32(bytes, OPTIONAL + 16, [0, 0x1000]);
  bytes.writeBigUInt64LE(0x180000000n, OPTIONAL + 24);
  put32(bytes, OPTIONAL + 32, [0x1000, 512]);
  put16(bytes, OPTIONAL + 40, [6, 0, 0, 0, 6, 0]);
  put32(bytes, OPTIONAL + 56, [0x4000, 512]);
  // Console; high entropy, dynamic base, no execution of data.
  put16(bytes, OPTIONAL + 68, [3, 0x160]);
  put32(bytes, OPTIONAL + 108, [16, 0x2000, 256]);
  put32(bytes, OPTIONAL + 112 + 5 * 8, [0x3000, 12]);
  const sections = [
    ['.text', 0x1000, 512, 0x60000020],
    ['.edata', 0x2000, 1024, 0x40000040],
    ['.reloc', 0x3000, 1536, 0x42000040],
  ] as const;
  for (const [index, [name, address, offset, flags]] of sections.entries()) {
    const at = SECTIONS + index * 40;
    bytes.write(name, at, 'latin1');
    put32(bytes, at + 8, [512, address, 512, offset]);
    bytes.writeUInt32LE(flags, at + 36);
  }
  bytes.set(RETURN[machine], 512);
  const exported = (offset: number) => 0x2000 + offset;
  put32(bytes, 1024 + 12, [exported(80), 1, 1, 1, exported(40), exported(48), exported(56)]);
  put32(bytes, 1024 + 40, [0x1000, 0, exported(100), 0, 0]);
  bytes.write('sample.dll', 1024 + 80, 'latin1');
  bytes.write(ENTRY, 1024 + 100, 'latin1');
  put32(bytes, 1536, [0x1000, 12, 0]);
  return bytes;
}

/** A Mach-O library of one page of code and one of tables, with an ad-hoc signature. */
function dylib(cpu: number): Buffer {
  const PAGE = 0x4000;
  const strings = Buffer.from(`\0_${ENTRY}\0`.padEnd(64, '\0'), 'latin1');
  const symbols = Buffer.alloc(16);
  symbols.writeUInt32LE(1, 0);
  symbols.set([0x0f, 1], 4);
  symbols.writeBigUInt64LE(BigInt(PAGE - 16), 8);
  const trie = exportTrie(`_${ENTRY}`, PAGE - 16);
  const tables = Buffer.concat([trie, symbols, strings]);
  const signed = PAGE + Math.ceil(tables.length / 16) * 16;
  const signatureBytes = 20 + 88 + 8 + 32 * Math.ceil(signed / 4096);
  const at = { trie: PAGE, symbols: PAGE + trie.length, strings: PAGE + trie.length + symbols.length };
  const commands = [
    segment('__TEXT', 0, PAGE, 0, PAGE, 5, { name: '__text', address: PAGE - 16, size: 16 }),
    segment('__LINKEDIT', PAGE, PAGE, PAGE, signed - PAGE + signatureBytes, 1),
    library(0xd, '@rpath/sample.dylib'),
    library(0xc, '/usr/lib/libSystem.B.dylib'),
    command(0x80000033, [at.trie, trie.length]),
    command(2, [at.symbols, 1, at.strings, strings.length]),
    command(0xb, [0, 0, 0, 1, 1, 0, ...Array.from({ length: 12 }, () => 0)]),
    command(0x32, [1, 0x000b0000, 0x000b0000, 0]),
    command(0x1b, [1, 2, 3, 4]),
    command(0x1d, [signed, signatureBytes]),
  ];
  const body = Buffer.alloc(signed);
  const size = commands.reduce((sum, one) => sum + one.length, 0);
  put32(body, 0, [0xfeedfacf, cpu, cpu === 0x0100000c ? 0 : 3, 6, commands.length, size, 0x85, 0]);
  Buffer.concat(commands).copy(body, 32);
  body.set(RETURN[cpu === 0x0100000c ? 0xaa64 : 0x8664], PAGE - 16);
  tables.copy(body, PAGE);
  return Buffer.concat([body, adHocSignature(body)]);
}

function command(kind: number, words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 + words.length * 4);
  put32(bytes, 0, [kind, bytes.length, ...words]);
  return bytes;
}

/** A command that names a library, with versions 1.0. */
function library(kind: number, name: string): Buffer {
  const text = Buffer.alloc(Math.ceil((name.length + 1) / 8) * 8);
  text.write(name, 'latin1');
  const head = Buffer.alloc(24);
  put32(head, 0, [kind, head.length + text.length, head.length, 2, 0x10000, 0x10000]);
  return Buffer.concat([head, text]);
}

type Section = { readonly name: string; readonly address: number; readonly size: number };

function segment(
  name: string,
  address: number,
  memory: number,
  offset: number,
  size: number,
  protection: number,
  section?: Section,
): Buffer {
  const bytes = Buffer.alloc(72 + (section === undefined ? 0 : 80));
  put32(bytes, 0, [0x19, bytes.length]);
  bytes.write(name, 8, 'latin1');
  for (const [index, value] of [address, memory, offset, size].entries()) {
    bytes.writeBigUInt64LE(BigInt(value), 24 + index * 8);
  }
  put32(bytes, 56, [protection, protection, section === undefined ? 0 : 1, 0]);
  if (section !== undefined) {
    bytes.write(section.name, 72, 'latin1');
    bytes.write(name, 88, 'latin1');
    bytes.writeBigUInt64LE(BigInt(section.address), 104);
    bytes.writeBigUInt64LE(BigInt(section.size), 112);
    put32(bytes, 120, [section.address, 2, 0, 0, 0x80000400]);
  }
  return bytes;
}

/** The tree of one name: its root, and the leaf with the address. */
function exportTrie(name: string, address: number): Buffer {
  const value = [(address & 0x7f) | 0x80, address >> 7];
  const root = [0, 1, ...Buffer.from(`${name}\0`, 'latin1')];
  const leaf = [1 + value.length, 0, ...value, 0];
  return Buffer.from([...root, root.length + 1, ...leaf, ...Array.from({ length: 8 }, () => 0)]);
}

/** A signature that holds the hash of each page and names nobody. */
function adHocSignature(body: Buffer): Buffer {
  const pages = Math.ceil(body.length / 4096);
  const directory = Buffer.alloc(88 + 8 + 32 * pages);
  put32BE(directory, 0, [0xfade0c02, directory.length, 0x20400, 2, 96, 88, 0, pages, body.length]);
  directory.set([32, 2, 0, 12], 36);
  directory.writeBigUInt64BE(0x4000n, 72);
  directory.write('sample', 88, 'latin1');
  for (let page = 0; page < pages; page++) {
    const content = body.subarray(page * 4096, (page + 1) * 4096);
    createHash('sha256')
      .update(content)
      .digest()
      .copy(directory, 96 + 32 * page);
  }
  const head = Buffer.alloc(20);
  put32BE(head, 0, [0xfade0cc0, head.length + directory.length, 1, 0, head.length]);
  return Buffer.concat([head, directory]);
}

function universal(slices: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [Buffer.alloc(0x4000)];
  const head = pieces[0] as Buffer;
  put32BE(head, 0, [0xcafebabe, slices.length]);
  let end = head.length;
  for (const [index, slice] of slices.entries()) {
    put32BE(head, 8 + index * 20, [slice.readUInt32LE(4), slice.readUInt32LE(8), end, slice.length, 14]);
    const padded = Buffer.alloc(Math.ceil(slice.length / 0x4000) * 0x4000);
    slice.copy(padded);
    pieces.push(index === slices.length - 1 ? slice : padded);
    end += padded.length;
  }
  return Buffer.concat(pieces);
}

function put16(bytes: Buffer, at: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, at + index * 2);
}

function put32(bytes: Buffer, at: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, at + index * 4);
}

function put32BE(bytes: Buffer, at: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, at + index * 4);
}
