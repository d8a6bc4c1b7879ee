import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive; what is not given follows from its contents. Every number may be a lie. */
export interface RawEntry {
  readonly name: string | Buffer;
  readonly bytes?: Buffer;
  /** 0 stores, 8 deflates; others only say so. */
  readonly method?: number;
  readonly flags?: number;
  /** Unix type and permission bits; 0o100755 when absent. */
  readonly mode?: number;
  /** 3 is Unix, 0 is DOS. */
  readonly madeBy?: number;
  readonly crc?: number;
  /** Sizes in the directory. */
  readonly size?: number;
  readonly packedSize?: number;
  /** Extra field in the directory. */
  readonly extra?: Buffer;
  /** What the header before the data says otherwise. */
  readonly local?: {
    readonly name?: string;
    readonly size?: number;
    readonly packedSize?: number;
    readonly method?: number;
  };
  /** Sizes follow the data instead of being in the header before it. */
  readonly descriptor?: boolean;
  /** Place of the header, where the directory lies about it. */
  readonly offset?: number;
  /** Bytes between this entry's data and what comes next. */
  readonly gap?: Buffer;
}

export interface RawOptions {
  readonly prefix?: Buffer;
  readonly suffix?: Buffer;
  readonly comment?: Buffer;
  /** Bytes between the entries and the directory. */
  readonly gap?: Buffer;
  /** What the end record says otherwise. */
  readonly end?: { readonly entries?: number; readonly size?: number; readonly start?: number; readonly disk?: number };
  /** A 64-bit end record, which may say something else. */
  readonly wide?: {
    readonly entries?: number;
    readonly size?: number;
    readonly start?: number;
    readonly moved?: number;
  };
}

/** Writes an archive by hand, byte by byte, for archives that no library would write. */
export function rawZip(entries: readonly RawEntry[], options: RawOptions = {}): Buffer {
  const pieces: Buffer[] = options.prefix === undefined ? [] : [options.prefix];
  const directory: Buffer[] = [];
  const length = () => pieces.reduce((sum, one) => sum + one.length, 0);
  for (const entry of entries) {
    const offset = length();
    const { local, central } = headers(entry, entry.offset ?? offset);
    pieces.push(...local, entry.gap ?? Buffer.alloc(0));
    directory.push(central);
  }
  pieces.push(options.gap ?? Buffer.alloc(0));
  const start = length();
  const records = Buffer.concat(directory);
  pieces.push(records);
  if (options.wide !== undefined) pieces.push(wideEnd(options.wide, entries.length, records.length, start, length()));
  const comment = options.comment ?? Buffer.alloc(0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(options.end?.disk ?? 0, 4);
  end.writeUInt16LE(options.end?.entries ?? entries.length, 8);
  end.writeUInt16LE(options.end?.entries ?? entries.length, 10);
  end.writeUInt32LE(options.end?.size ?? records.length, 12);
  end.writeUInt32LE(options.end?.start ?? start, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...pieces, end, comment, options.suffix ?? Buffer.alloc(0)]);
}

function headers(entry: RawEntry, offset: number): { local: Buffer[]; central: Buffer } {
  const name = Buffer.from(entry.name as string);
  const bytes = entry.bytes ?? Buffer.alloc(0);
  const method = entry.method ?? 8;
  const data = method === 8 ? deflateRawSync(bytes) : bytes;
  const flags = (entry.flags ?? 0x800) | (entry.descriptor ? 8 : 0);
  const facts = {
    method,
    flags,
    crc: entry.crc ?? crc32(bytes),
    size: entry.size ?? bytes.length,
    packed: entry.packedSize ?? data.length,
  };
  const localName = entry.local?.name === undefined ? name : Buffer.from(entry.local.name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  const hidden = entry.descriptor ? { ...facts, crc: 0, size: 0, packed: 0 } : facts;
  const said = {
    ...hidden,
    method: entry.local?.method ?? facts.method,
    size: entry.local?.size ?? hidden.size,
    packed: entry.local?.packedSize ?? hidden.packed,
  };
  common(local, 4, said, localName.length, 0);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(((entry.madeBy ?? 3) << 8) | 20, 4);
  const extra = entry.extra ?? Buffer.alloc(0);
  common(central, 6, facts, name.length, extra.length);
  central.writeUInt32LE(((entry.mode ?? 0o100755) << 16) >>> 0, 38);
  central.writeUInt32LE(offset, 42);
  const descriptor = entry.descriptor ? [descriptorOf(facts)] : [];
  return { local: [local, localName, data, ...descriptor], central: Buffer.concat([central, name, extra]) };
}

interface Facts {
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly size: number;
  readonly packed: number;
}

function common(bytes: Buffer, at: number, facts: Facts, nameLength: number, extraLength: number): void {
  bytes.writeUInt16LE(20, at);
  bytes.writeUInt16LE(facts.flags, at + 2);
  bytes.writeUInt16LE(facts.method, at + 4);
  bytes.writeUInt32LE(facts.crc, at + 10);
  bytes.writeUInt32LE(facts.packed, at + 14);
  bytes.writeUInt32LE(facts.size, at + 18);
  bytes.writeUInt16LE(nameLength, at + 22);
  bytes.writeUInt16LE(extraLength, at + 24);
}

function descriptorOf({ crc, packed, size }: Facts): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc, 4);
  bytes.writeUInt32LE(packed, 8);
  bytes.writeUInt32LE(size, 12);
  return bytes;
}

function wideEnd(
  wide: NonNullable<RawOptions['wide']>,
  entries: number,
  size: number,
  start: number,
  at: number,
): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(wide.entries ?? entries), 24);
  record.writeBigUInt64LE(BigInt(wide.entries ?? entries), 32);
  record.writeBigUInt64LE(BigInt(wide.size ?? size), 40);
  record.writeBigUInt64LE(BigInt(wide.start ?? start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(at + (wide.moved ?? 0)), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

/** A 64-bit field with these sizes. */
export function wideExtra(...sizes: bigint[]): Buffer {
  const bytes = Buffer.alloc(4 + 8 * sizes.length);
  bytes.writeUInt16LE(1, 0);
  bytes.writeUInt16LE(8 * sizes.length, 2);
  for (const [index, size] of sizes.entries()) bytes.writeBigUInt64LE(size, 4 + 8 * index);
  return bytes;
}
