import { parseExact, stringifyExact } from '../../support/exact-json.js';
import { printableStart } from '../../support/printable.js';
import { isFields, type TauMessage } from './tau-messages.js';

/** Bytes of one line from which on it is a mistake rather than a message. */
export const LINE_LIMIT = 64 * 2 ** 20;
const NEWLINE = 0x0a;

/** A line that is no message; what it holds follows the reason. */
export class LineProblem extends Error {
  override readonly name = 'LineProblem';
}

/** A message with the bytes that its line had, the end of the line included. */
export interface ReadLine extends TauMessage {
  readonly size: number;
}

/** Writes a message as a line. */
export function writeLine({ type, fields }: TauMessage): Buffer {
  return Buffer.from(`${stringifyExact({ type, ...fields })}\n`);
}

/**
 * Reads a line without its end.
 * @throws LineProblem
 */
export function readLine(bytes: Buffer): ReadLine {
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new LineProblem(`a line is not UTF-8: ${printableStart(bytes.toString('latin1'))}`);
  }
  if (text.trim() === '') throw new LineProblem('there is an empty line');
  try {
    value = parseExact(text);
  } catch (error) {
    throw new LineProblem(`a line is no JSON (${printableStart((error as Error).message)}): ${printableStart(text)}`);
  }
  if (!isFields(value)) {
    throw new LineProblem(`a line is no JSON object: ${printableStart(text)}`);
  }
  const { type, ...fields } = value;
  if (typeof type !== 'string') throw new LineProblem(`a line has no "type": ${printableStart(text)}`);
  return { type, fields, size: bytes.length + 1 };
}

/** Cuts a stream of bytes into lines. */
export class LineSplitter {
  private pending: Buffer[] = [];
  private size = 0;

  /** Bytes that came and belong to no whole line yet. */
  get rest(): Buffer {
    return Buffer.concat(this.pending);
  }

  /**
   * Takes bytes and gives the lines that are whole now, without their ends, each as it is asked for.
   * @throws LineProblem
   */
  *push(bytes: Buffer): Generator<Buffer> {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      const last = bytes.subarray(from, end);
      from = end + 1;
      const line = this.pending.length === 0 ? last : Buffer.concat([...this.pending, last]);
      this.pending = [];
      this.size = 0;
      yield line;
    }
    if (from === bytes.length) return;
    this.pending.push(bytes.subarray(from));
    this.size += bytes.length - from;
    if (this.size > LINE_LIMIT) {
      throw new LineProblem(
        `a line has more than ${LINE_LIMIT} bytes: ${printableStart(this.rest.toString('latin1', 0, 400))}`,
      );
    }
  }
}
