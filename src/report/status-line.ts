import chalk from 'chalk';
import type { CpexEvent } from '../model/event.js';

/** The start of the line, with nothing on it. */
const EMPTY_LINE = '\r\u001b[K';

/** One line on a terminal that says what a command does right now, and that gives way to all that is to stay. */
export interface StatusLine {
  /** Writes over what stands there; nothing where there is no terminal. */
  show(text: string): void;
  /** Takes the line away, so that others can write. */
  clear(): void;
}

/** A status line on a stream; it stays silent where that is no terminal or where it is not wanted. */
export function statusLine(stream: NodeJS.WriteStream, wanted: boolean): StatusLine {
  const live = wanted && stream.isTTY === true && stream.columns > 0;
  let shown = false;
  return {
    show: (text) => {
      if (!live) return;
      // A line that fills the terminal would go on in the next one, where nothing takes it away.
      stream.write(`${EMPTY_LINE}${chalk.dim(text.slice(0, stream.columns - 1))}`);
      shown = true;
    },
    clear: () => {
      if (shown) stream.write(EMPTY_LINE);
      shown = false;
    },
  };
}

/** Events on their way to those who print them, with a status line below that says what has begun last. */
export interface StatusBelow {
  readonly emit: (event: CpexEvent) => void;
  /** Takes the line away; a later event brings it back. */
  clear(): void;
}

/** Keeps a status line below what `print` writes: the task or the test that has begun last. */
export function statusBelow(line: StatusLine, print: (event: CpexEvent) => void): StatusBelow {
  let tests = 0;
  let text = '';
  const emit = (event: CpexEvent): void => {
    if (event.type === 'task.start') text = `${event.title} …`;
    if (event.type === 'task.end') text = '';
    if (event.type === 'test.start') text = `test ${++tests} · ${nameOf(event)}`;
    line.clear();
    print(event);
    if (text !== '') line.show(text);
  };
  return { emit, clear: () => line.clear() };
}

function nameOf({ suite, id, title }: Extract<CpexEvent, { type: 'test.start' }>): string {
  return suite === 'conformance' ? `${id} ${title}` : title;
}
