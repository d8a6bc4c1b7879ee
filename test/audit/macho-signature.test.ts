import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { FileSource } from '../../src/audit/file-source.js';
import { readSignature } from '../../src/audit/macho/signature.js';
import { Slice } from '../../src/audit/macho/slice.js';
import { Workbench } from './c-library.js';

const bench = new Workbench();
afterAll(() => bench.remove());

/** Three pages of code, the last one not full. */
const CODE = Buffer.alloc(2 * 4096 + 100, 'code');

const words = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
};
const blob = (magic: number, content: Buffer) => Buffer.concat([words(magic, 8 + content.length), content]);

/** Entitlements, as a part of a signature. */
const ENTITLEMENTS = blob(0xfade7171, Buffer.from('<plist/>'));
const CMS = blob(0xfade0b01, Buffer.from('a signature of somebody'));
const ADHOC = 2;

/** A code directory as codesign writes them, with a hash for the entitlements in slot 5. */
function directory(algorithm: 'sha1' | 'sha256', flags: number, entitlements = ENTITLEMENTS): Buffer {
  const hash = (bytes: Buffer) => createHash(algorithm).update(bytes).digest();
  const size = hash(CODE).length;
  const special = [hash(entitlements), ...Array.from({ length: 4 }, () => Buffer.alloc(size))];
  const pages = [0, 4096, 8192].map((start) => hash(CODE.subarray(start, start + 4096)));
  const identifier = Buffer.from('plugin\0');
  const hashOffset = 44 + identifier.length + special.length * size;
  const kinds = Buffer.from([size, algorithm === 'sha1' ? 1 : 2, 0, 12]);
  const head = words(0x20001, flags, hashOffset, 44, special.length, pages.length, CODE.length);
  return blob(0xfade0c02, Buffer.concat([head, kinds, words(0), identifier, ...special, ...pages]));
}

function superBlob(parts: ReadonlyMap<number, Buffer>): Buffer {
  let offset = 12 + parts.size * 8;
  const index = [...parts].map(([slot, bytes]) => {
    const entry = words(slot, offset);
    offset += bytes.length;
    return entry;
  });
  return Buffer.concat([words(0xfade0cc0, offset, parts.size), ...index, ...parts.values()]);
}

async function signatureOf(parts: ReadonlyMap<number, Buffer>, code = CODE) {
  const signature = superBlob(parts);
  const file = bench.write('signed', Buffer.concat([code, signature, Buffer.alloc(16)]));
  const source = await FileSource.open(file);
  try {
    const range = { offset: CODE.length, size: signature.length + 16 };
    return await readSignature(new Slice(source, 0, source.size), range);
  } finally {
    await source.close();
  }
}

describe('signatures', () => {
  const signed = new Map([
    [0, directory('sha1', 0)],
    [5, ENTITLEMENTS],
    [0x1000, directory('sha256', 0)],
    [0x10000, CMS],
  ]);

  it('with two directories, entitlements and a signer are whole', async () => {
    expect(await signatureOf(signed)).toEqual({ signature: 'signed', signatureProblems: [] });
  });

  it('without a signer are ad hoc, also with an empty place for one', async () => {
    const parts = new Map([[0, directory('sha256', ADHOC)]]);
    expect(await signatureOf(parts)).toEqual({ signature: 'adhoc', signatureProblems: [] });
    const empty = new Map([...parts, [0x10000, blob(0xfade0b01, Buffer.alloc(0))] as const]);
    expect(await signatureOf(empty)).toEqual({ signature: 'adhoc', signatureProblems: [] });
    const unmarked = await signatureOf(new Map([[0, directory('sha256', 0)]]));
    expect(unmarked.signatureProblems).toEqual(['It names no signer, and is not marked as ad hoc either.']);
  });

  it('name the pages that were changed, the last one too, by every directory', async () => {
    const code = Buffer.from(CODE);
    code.writeUInt8(0, 4096);
    code.writeUInt8(0, CODE.length - 1);
    expect((await signatureOf(signed, code)).signatureProblems).toEqual([
      'The hashes of the pages at 0x1000, 0x2000 are wrong.',
    ]);
  });

  it('name other entitlements than the signed ones', async () => {
    const other = blob(0xfade7171, Buffer.from('<plist>more</plist>'));
    const { signatureProblems } = await signatureOf(new Map([...signed, [5, other] as const]));
    expect(signatureProblems).toEqual(['The hash of its part 5 is wrong.']);
  });

  it('of unknown kinds, or with too many directories, are refused', async () => {
    const unknown = directory('sha256', ADHOC);
    unknown.writeUInt8(9, 37);
    const { signatureProblems } = await signatureOf(new Map([[0, unknown]]));
    expect(signatureProblems).toEqual(['Its hashes are of an unknown kind (9, 32 bytes each).']);
    const many = new Map([0, 0x1000, 0x1001, 0x1002].map((slot) => [slot, directory('sha256', ADHOC)]));
    expect((await signatureOf(many)).signatureProblems).toEqual(['It has 4 code directories.']);
    expect((await signatureOf(new Map([[5, ENTITLEMENTS]]))).signatureProblems).toEqual([
      'It holds no code directory.',
    ]);
  });
});
