import { BinaryError } from '../binary-error.js';
import { Bytes } from '../bytes.js';
import type { FileSource } from '../file-source.js';
import type { Section } from './sections.js';

/** Bytes that are read at once for names, and how far a name may reach beyond. */
const WINDOW = 2 ** 16;
const OVERLAP = 2 ** 14;
const MOST_WINDOWS = 16;
/** Bytes read for names in all; names that lie so far apart are scattered on purpose. */
const MOST_NAME_BYTES = 2 ** 29;

/** The image as the loader lays it out: read by addresses relative to its start. */
export class Image {
  private readonly windows = new Map<number, { readonly start: number; readonly bytes: Bytes }>();
  private nameBytes = 0;

  /** @param sections in the order of their addresses, without overlap */
  constructor(
    private readonly source: FileSource,
    private readonly sections: readonly Section[],
  ) {}

  /** Each export is looked up here, and hostile files have many of both: so by halves. */
  sectionAt(address: number): Section | undefined {
    let [low, high] = [0, this.sections.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (address < (this.sections[middle]?.address ?? 0)) high = middle;
      else low = middle + 1;
    }
    const found = this.sections[low - 1];
    return found !== undefined && address < found.address + found.memorySize ? found : undefined;
  }

  isExecutable(address: number): boolean {
    return this.sectionAt(address)?.executable ?? false;
  }

  /** The bytes that will lie at an address. They must lie in one section. */
  async at(address: number, length: number, what: string): Promise<Bytes> {
    const section = this.sectionAt(address);
    const inside = section === undefined ? 0 : address - section.address;
    if (section === undefined || !Number.isSafeInteger(length) || inside + length > section.memorySize) {
      throw new BinaryError('malformed', `No section holds ${what} (address 0x${address.toString(16)}).`);
    }
    return this.mapped(section, inside, length, what);
  }

  /** As `at`, up to `most` bytes or to the end of the section. */
  async from(address: number, most: number, what: string): Promise<Bytes> {
    const section = this.sectionAt(address);
    const room = section === undefined ? 1 : section.address + section.memorySize - address;
    return this.at(address, Math.min(most, room), what);
  }

  /** A string at an address that a zero byte ends. */
  async name(address: number, what: string): Promise<string> {
    const section = this.sectionAt(address);
    if (section === undefined) {
      throw new BinaryError('malformed', `No section holds ${what} (address 0x${address.toString(16)}).`);
    }
    const window = section.address + Math.floor((address - section.address) / WINDOW) * WINDOW;
    let found = this.windows.get(window);
    if (found === undefined) {
      this.nameBytes += WINDOW + OVERLAP;
      if (this.nameBytes > MOST_NAME_BYTES) {
        throw new BinaryError('malformed', 'The names are scattered over the whole file.');
      }
      const oldest = this.windows.keys().next();
      if (this.windows.size >= MOST_WINDOWS && !oldest.done) this.windows.delete(oldest.value);
      found = { start: window, bytes: await this.from(window, WINDOW + OVERLAP, what) };
      this.windows.set(window, found);
    }
    return found.bytes.name(address - found.start);
  }

  /** What lies in the file; the rest of a section is zeros. */
  private async mapped(section: Section, inside: number, length: number, what: string): Promise<Bytes> {
    const offset = section.offset + inside;
    const inFile = Math.min(length, Math.max(0, section.fileSize - inside));
    if (inFile === length) return this.source.piece(offset, length, true, what);
    if (length > 2 ** 27) throw new BinaryError('malformed', `The size of ${what} makes no sense.`);
    const piece = Buffer.alloc(length);
    if (inFile > 0) (await this.source.read(offset, inFile)).copy(piece);
    return new Bytes(piece, true, offset, what);
  }
}
