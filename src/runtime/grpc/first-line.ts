import type { Readable } from 'node:stream';

/** Bytes without an end of line after which nobody waits for one. */
const LONGEST_LINE = 64 * 1024;

/** What came first over stdout. */
export type FirstLine =
  | { readonly kind: 'line'; readonly text: string }
  /** The stream ended before an end of line; `text` is what came. */
  | { readonly kind: 'ended'; readonly text: string }
  /** More came without an end of line than any line has. */
  | { readonly kind: 'endless'; readonly text: string };

/**
 * Reads a plugin's first line and goes on to read everything after it, because a plugin blocks whose output nobody reads.
 * @param rest receives what comes after the line
 */
export function readFirstLine(stdout: Readable, rest: (bytes: Uint8Array) => void): Promise<FirstLine> {
  return new Promise((resolve) => {
    let read = Buffer.alloc(0);
    let found = false;
    const settle = (line: FirstLine) => {
      found = true;
      resolve(line);
    };
    stdout.on('data', (bytes: Buffer) => {
      if (found) return rest(bytes);
      read = Buffer.concat([read, bytes]);
      const end = read.indexOf(10);
      if (end !== -1) {
        settle({ kind: 'line', text: read.toString('utf8', 0, end) });
        if (end + 1 < read.length) rest(read.subarray(end + 1));
      } else if (read.length > LONGEST_LINE) settle({ kind: 'endless', text: read.toString() });
    });
    const ended = () => settle({ kind: 'ended', text: read.toString() });
    stdout.once('end', ended).once('close', ended).once('error', ended);
  });
}
