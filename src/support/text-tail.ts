import { StringDecoder } from 'node:string_decoder';

/** Keeps the last bytes of a text stream in bounded memory and hands out complete lines. */
export class TextTail {
  private readonly decoder = new StringDecoder('utf8');
  private kept = '';
  private line = '';

  /**
   * @param limit characters to keep at most (twice that for a moment)
   * @param onLine called with each line, without its end; lines longer than `limit` come in pieces
   */
  constructor(
    private readonly limit: number,
    private readonly onLine?: (line: string) => void,
  ) {}

  push(bytes: Uint8Array): void {
    const text = this.decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.keep(text);
    if (this.onLine !== undefined) this.split(text);
  }

  /** Call once after the stream's end; hands out an unfinished last line. */
  end(): void {
    const rest = this.decoder.end();
    this.keep(rest);
    this.line += rest;
    if (this.line !== '') this.onLine?.(this.line);
    this.line = '';
  }

  /** The last `limit` characters; what came before them is gone. */
  get text(): string {
    return this.kept.length > this.limit ? this.kept.slice(-this.limit) : this.kept;
  }

  private keep(text: string): void {
    this.kept += text;
    if (this.kept.length > 2 * this.limit) this.kept = this.kept.slice(-this.limit);
  }

  private split(text: string): void {
    const parts = (this.line + text).split('\n');
    this.line = parts.pop() ?? '';
    for (const part of parts) this.onLine?.(part.endsWith('\r') ? part.slice(0, -1) : part);
    if (this.line.length > this.limit) {
      this.onLine?.(this.line);
      this.line = '';
    }
  }
}
