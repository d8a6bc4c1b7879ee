import { TextTail } from '../../support/text-tail.js';
import { isStructured, logText, PluginLog } from './plugin-log.js';

/** Characters of one line of a log; longer ones come in pieces. */
const LONGEST_LINE = 64 * 1024;

/** Takes what a plugin's process prints and hands it on: entries of its log as people read them, all else as it is. */
export class LogOutput {
  private readonly log = new PluginLog();
  private readonly lines: TextTail;

  constructor(private readonly output: ((stream: 'stdout' | 'stderr', bytes: Uint8Array) => void) | undefined) {
    this.lines = new TextTail(LONGEST_LINE, (line) => this.line(line));
  }

  process(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    if (stream === 'stdout') this.printed(bytes);
    else if (this.output !== undefined) this.lines.push(bytes);
  }

  /** What came over the process's own stdout after the handshake. */
  printed(bytes: Uint8Array): void {
    this.output?.('stdout', bytes);
  }

  /** The process is gone: hands on an unfinished last line. */
  end(): void {
    this.lines.end();
  }

  private line(line: string): void {
    this.output?.('stderr', Buffer.from(`${logText(this.log.read(line), isStructured(line))}\n`));
  }
}
