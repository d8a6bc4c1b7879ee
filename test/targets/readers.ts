import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import type { BinaryFacts } from '../../src/model/binary.js';
import type { Target } from '../../src/model/target.js';
import { hasTool } from '../audit/c-library.js';
import { lacking, MINGW_OBJDUMP } from '../audit/dll.js';
import { DylibBench, missing } from '../audit/dylib.js';
import { askLlvm, asComparable as asMachO } from '../audit/macho-oracle.js';
import { asComparable as asElf, askBinutils } from '../audit/oracle.js';
import { asComparableNames, asComparablePe, askObjdump, askReadobj } from '../audit/pe-oracle.js';

const BINUTILS = ['readelf', 'nm', 'objdump'];
const elf = BINUTILS.every((tool) => hasTool(tool)) ? undefined : `needs ${BINUTILS.join(', ')}`;
const LACKS: Readonly<Record<Target['os'], string | undefined>> = {
  linux: elf,
  freebsd: elf,
  darwin: missing('llvm-otool', 'llvm-objdump', 'llvm-nm'),
  windows: lacking('llvm-readobj'),
};
const withObjdump = lacking(MINGW_OBJDUMP) === undefined;

/** The other programs that read a target's libraries. */
export class Readers {
  /** LLVM's tools are started through it. */
  private readonly bench = new DylibBench();

  /** What is not installed of those for a target; undefined when all are. */
  lackFor({ os }: Target): string | undefined {
    return LACKS[os];
  }

  remove(): void {
    this.bench.remove();
  }

  /**
   * What readelf, nm and objdump, or LLVM's tools, say of a library has to be what our own reader says. Of a
   * universal one each slice has to be one of the libraries that are read on their own.
   * @param thin libraries that a universal one is joined from
   */
  async expectAgreement(file: string, thin: readonly string[] = []): Promise<void> {
    const { facts } = await auditFile(file, { kind: 'library' });
    if (facts.slices !== undefined) await expectSlices(file, facts.slices, thin);
    else if (facts.dynamic !== undefined) expect(asElf(facts.dynamic)).toEqual(askBinutils(file));
    else if (facts.macho !== undefined) expect(asMachO(facts.macho)).toEqual(askLlvm(this.bench, file));
    else if (facts.pe !== undefined) {
      expect(asComparablePe(facts.pe)).toEqual(askReadobj(file));
      // GNU's objdump for Windows knows one processor.
      const second = withObjdump && facts.arch === 'x64';
      if (second) expect(asComparableNames(facts.pe)).toEqual(askObjdump(MINGW_OBJDUMP, file));
    } else throw new Error(`${file}: ${facts.description}`);
  }
}

async function expectSlices(file: string, slices: readonly BinaryFacts[], thin: readonly string[]): Promise<void> {
  const joined = readFileSync(file);
  for (const one of thin) expect(joined.includes(readFileSync(one)), one).toBe(true);
  const alone = await Promise.all(thin.map(async (one) => (await auditFile(one, { kind: 'library' })).facts.macho));
  expect(slices.map(({ macho }) => macho)).toEqual(alone);
}
