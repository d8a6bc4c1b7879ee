import type { ExportedSymbol } from '../../model/binary.js';
import type { Segment } from './segments.js';

type Ranges = readonly (readonly [start: number, end: number])[];

/** Which addresses hold instructions. Addresses are relative to the start of the image. */
export class CodeMap {
  private readonly code: Ranges;
  private readonly executable: Ranges;
  /** Address of the image's start: of the segment that begins with the file. */
  readonly base: number;

  constructor(segments: readonly Segment[]) {
    this.base = segments.find((one) => one.fileOffset === 0 && one.fileSize > 0)?.address ?? 0;
    const executable = segments.filter((one) => one.executable);
    this.executable = this.ranges(executable.map((one) => [one.address, one.memorySize]));
    const sections = executable.flatMap((one) => one.sections).filter((one) => one.executable);
    this.code = this.ranges(sections.map((one) => [one.address, one.size]));
  }

  /** What an exported address is: a function where instructions are, else data. */
  at(address: number): Pick<ExportedSymbol, 'kind' | 'executable'> {
    const executable = includes(this.executable, address);
    return { kind: includes(this.code, address) ? 'function' : 'object', executable };
  }

  private ranges(pieces: readonly (readonly [address: number, size: number])[]): Ranges {
    const sorted = pieces.map(([address, size]) => [address - this.base, address - this.base + size] as const);
    return sorted.sort((a, b) => a[0] - b[0]);
  }
}

/** By halving: a hostile file may have a million symbols and thousands of sections. */
function includes(ranges: Ranges, address: number): boolean {
  let [low, high] = [0, ranges.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (address < range[0]) high = middle - 1;
    else if (address >= range[1]) low = middle + 1;
    else return true;
  }
  return false;
}
