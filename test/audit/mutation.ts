import fc from 'fast-check';
import { expect } from 'vitest';
import { BinaryError } from '../../src/audit/binary-error.js';
import { FileSource } from '../../src/audit/file-source.js';
import { auditFile } from '../../src/audit/report.js';
import { ENTRY, type Workbench } from './c-library.js';

/** A failing run prints its seed; set this variable to it to run the same inputs again. */
export const seed = Number(process.env.CPEX_TEST_SEED ?? Date.now() % 2 ** 31);

/** How often inputs are made up; `fewer` where each says less. */
export function rounds(usual: number) {
  const numRuns = Number(process.env.CPEX_TEST_RUNS ?? usual);
  const all = { seed, numRuns, endOnFailure: true };
  return { all, fewer: { ...all, numRuns: Math.ceil(numRuns / 3) } };
}

/** Values that sit on the edges of every check. */
const EDGES = [0, 1, 2, 7, 8, 0x7f, 0xff, 0xfff, 0x1000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** A part of a file that its reader interprets. */
export interface Range {
  readonly offset: number;
  readonly size: number;
}

interface Change {
  readonly range: number;
  /** From 0 to 1: where in the range. */
  readonly at: number;
  /** Bytes. */
  readonly width: number;
  readonly value: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  range: fc.nat(12),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  width: fc.constantFrom(1, 2, 4, 8),
  value: fc.oneof(fc.constantFrom(...EDGES), fc.nat(0xffffffff)),
});

export const changes: fc.Arbitrary<readonly Change[]> = fc.array(change, { minLength: 1, maxLength: 4 });

/** The file with some words of the ranges overwritten. */
export function mutate(bytes: Buffer, ranges: readonly Range[], list: readonly Change[]): Buffer {
  const mutant = Buffer.from(bytes);
  for (const { range, at, width, value } of list) {
    const { offset, size } = ranges[range % ranges.length] ?? { offset: 0, size: 32 };
    const place = Math.min(offset + Math.floor((at * size) / width) * width, mutant.length - 8);
    if (width === 1) mutant.writeUInt8(value & 0xff, place);
    else if (width === 2) mutant.writeUInt16LE(value & 0xffff, place);
    else if (width === 4) mutant.writeUInt32LE(value >>> 0, place);
    else mutant.writeBigUInt64LE(BigInt(value) * 0x1_0000_0001n, place);
  }
  return mutant;
}

type Reader = (source: FileSource, options: { readonly wanted: readonly string[] }) => Promise<unknown>;

/** Everything must end in facts or in a `BinaryError`; anything else fails the test. */
export function survivor(bench: Workbench, name: string, read: Reader): (content: Buffer) => Promise<void> {
  return async (content) => {
    const file = bench.write(name, content);
    const source = await FileSource.open(file);
    try {
      await read(source, { wanted: [ENTRY, 'absent'] });
    } catch (error) {
      if (!(error instanceof BinaryError)) throw error;
    } finally {
      await source.close();
    }
    const report = await auditFile(file, { kind: 'library', entry: ENTRY, glibcFloor: '2.28' });
    expect(report.size).toBe(content.length);
    JSON.stringify(report);
  };
}
