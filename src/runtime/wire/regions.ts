const PAGE = 4096;

/** Regions up to here stay allocated for the next payload; what lies above is given back when free. */
export const KEEP = 4 * 2 ** 20;

interface Region {
  readonly offset: number;
  readonly size: number;
}

/** Hands out page-aligned regions of a shared file. The side that writes into the file owns this. */
export class Regions {
  private used: Region[] = [];

  /**
   * @param start first byte that may be handed out
   * @param limit bytes that may be in use at once
   */
  constructor(
    private readonly start: number,
    private readonly limit: number,
  ) {}

  get idle(): boolean {
    return this.used.length === 0;
  }

  /** The offset of a free region of at least `length` bytes, or undefined when there is no room. */
  take(length: number): number | undefined {
    const size = Math.max(PAGE, Math.ceil(length / PAGE) * PAGE);
    let offset = this.start;
    let index = 0;
    for (const region of this.used) {
      if (region.offset - offset >= size) break;
      offset = region.offset + region.size;
      index++;
    }
    if (offset + size > this.start + this.limit) return undefined;
    this.used.splice(index, 0, { offset, size });
    return offset;
  }

  /** Takes a region back and returns its size; 0 for an offset that is not in use. */
  give(offset: number): number {
    const index = this.used.findIndex((region) => region.offset === offset);
    return index < 0 ? 0 : (this.used.splice(index, 1)[0]?.size ?? 0);
  }
}
