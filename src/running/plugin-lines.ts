import type { RunContext } from '../model/context.js';
import { TextTail } from '../support/text-tail.js';

/** Longest line that a plugin prints in one piece, in characters. */
const LINE_LIMIT = 16 * 1024;

/** Parts what plugins print by themselves into lines. */
export class PluginLines {
  private readonly tails = new Map<string, TextTail>();

  /** @param show what is shown of a line; undefined for one that is passed over, the line as it is when absent */
  constructor(
    private readonly emit: RunContext['emit'],
    private readonly show: (plugin: string, text: string) => string | undefined = (_, text) => text,
  ) {}

  readonly printed = (plugin: string, stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    const key = `${stream} ${plugin}`;
    const line = (text: string) => {
      const shown = this.show(plugin, text);
      if (shown !== undefined) this.emit({ type: 'plugin.output', stream, text: `${plugin}: ${shown}` });
    };
    const tail = this.tails.get(key) ?? new TextTail(LINE_LIMIT, line);
    this.tails.set(key, tail);
    tail.push(bytes);
  };

  /** Gives away what came without a line end. */
  end(): void {
    for (const tail of this.tails.values()) tail.end();
  }
}
