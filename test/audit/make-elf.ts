/** Writes a tiny shared library of either class and byte order, for machines that no compiler here knows. */
export function makeElf(bits: 32 | 64, littleEndian: boolean, machine: number): Buffer {
  const wide = bits === 64;
  const word = wide ? 8 : 4;
  const bytes = Buffer.alloc(0x400);
  const u16 = (at: number, value: number) =>
    littleEndian ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const u32 = (at: number, value: number) =>
    littleEndian ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  const address = (at: number, value: number) => {
    if (!wide) return u32(at, value);
    const wideValue = BigInt(value);
    return littleEndian ? bytes.writeBigUInt64LE(wideValue, at) : bytes.writeBigUInt64BE(wideValue, at);
  };

  const strings = '\0cpex_plugin_init\0imported\0libneeded.so.1\0libown.so\0$ORIGIN/lib\0';
  const name = (text: string) => strings.indexOf(`\0${text}\0`) + 1;
  const at = { headers: wide ? 64 : 52, dynamic: 0x180, symbols: 0x280, hash: 0x300, strings: 0x340 };
  bytes.write(strings, at.strings, 'latin1');

  // The file header.
  bytes.write('\x7fELF', 0, 'latin1');
  bytes.set([wide ? 2 : 1, littleEndian ? 1 : 2, 1], 4);
  u16(16, 3);
  u16(18, machine);
  u32(20, 1);
  address(wide ? 32 : 28, at.headers);
  const counts = wide ? 52 : 40;
  u16(counts, at.headers);
  u16(counts + 2, wide ? 56 : 32);
  u16(counts + 4, 3);
  u16(counts + 6, wide ? 64 : 40);

  // Three segments: all of the file, the dynamic section, an unexecutable stack.
  const segment = (index: number, type: number, flags: number, offset: number, size: number) => {
    const start = at.headers + index * (wide ? 56 : 32);
    u32(start, type);
    u32(start + (wide ? 4 : 24), flags);
    address(start + (wide ? 8 : 4), offset);
    address(start + (wide ? 16 : 8), offset);
    address(start + (wide ? 32 : 16), size);
    address(start + (wide ? 40 : 20), size);
    address(start + (wide ? 48 : 28), type === 1 ? 0x10000 : word);
  };
  segment(0, 1, 5, 0, bytes.length);
  segment(1, 2, 6, at.dynamic, 0x100);
  segment(2, 0x6474e551, 6, 0, 0);

  // NEEDED, SONAME, RUNPATH, HASH, STRTAB, SYMTAB, STRSZ, FLAGS = BIND_NOW, FLAGS_1 = NODELETE.
  const entries: [tag: number, value: number][] = [
    [1, name('libneeded.so.1')],
    [14, name('libown.so')],
    [29, name('$ORIGIN/lib')],
    [4, at.hash],
    [5, at.strings],
    [6, at.symbols],
    [10, strings.length],
    [30, 8],
    [0x6ffffffb, 8],
  ];
  for (const [index, [tag, value]] of entries.entries()) {
    address(at.dynamic + index * 2 * word, tag);
    address(at.dynamic + index * 2 * word + word, value);
  }

  // An imported and an exported function.
  const symbol = (index: number, text: string, section: number, value: number) => {
    const start = at.symbols + index * (wide ? 24 : 16);
    u32(start, name(text));
    bytes.writeUInt8(0x12, start + (wide ? 4 : 12));
    u16(start + (wide ? 6 : 14), section);
    address(start + (wide ? 8 : 4), value);
  };
  symbol(1, 'imported', 0, 0);
  symbol(2, 'cpex_plugin_init', 1, 0x20);

  // One bucket, three symbols.
  for (const [index, value] of [1, 3, 2, 0, 0, 1].entries()) u32(at.hash + index * 4, value);
  return bytes;
}
