import { writeSync } from 'node:fs';
import { Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import type { CpexEvent } from '../model/event.js';
import { onExit } from '../support/cleanup.js';
import { plainProgress } from './progress.js';

/** A display that follows the events of one command on a terminal. */
export interface LiveProgress {
  readonly emit: (event: CpexEvent) => void;
  /** Ends the display; afterwards the terminal belongs to others again. */
  stop(): Promise<void>;
}

/** Makes the cursor of a terminal visible. */
const SHOW_CURSOR = '\u001b[?25h';

type Wrapper = ListrTaskWrapper<unknown, never, never>;

/** One line of the display, between its announcement and its end. */
interface Row {
  readonly id: string;
  readonly title: string;
  /** Others may come before it, so its announcement is not its begin. */
  readonly waits: boolean;
  /** The display has it. */
  readonly started: Signal<Wrapper>;
  /** Its work has begun, under this title. */
  readonly began: Signal<string>;
  readonly ended: Signal<Extract<CpexEvent, { type: 'task.end' }>>;
}

interface Signal<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

/**
 * Shows tasks with spinners on a terminal: those that a `task.plan` announces from the start,
 * others as they begin. The last line of a tool stands dimmed below its task. Other events are kept and printed as
 * plain lines once the display has ended.
 */
export function startLiveProgress(stream: NodeJS.WriteStream, cwd: string): LiveProgress {
  const rows = new Map<string, Row>();
  const later: CpexEvent[] = [];
  let shown: Promise<unknown> = Promise.resolve();
  // The display hides the cursor and holds back what others write; a second Ctrl-C gives it no time to end.
  const { fd } = stream as { readonly fd?: number };
  const forget = onExit(() => fd !== undefined && writeSync(fd, SHOW_CURSOR));

  const show = (fresh: readonly Row[]) => {
    for (const row of fresh) rows.set(row.id, row);
    shown = shown.then(() => display(fresh, stream));
  };
  const emit = (event: CpexEvent): void => {
    switch (event.type) {
      case 'task.plan':
        if (event.tasks.length > 0)
          show(event.tasks.map(({ id, title }) => makeRow(id, title, event.tasks.length > 1)));
        break;
      case 'task.start': {
        const row = rows.get(event.id);
        if (row === undefined) show([makeRow(event.id, event.title)]);
        else row.began.resolve(event.title);
        break;
      }
      case 'note':
        if (event.task === undefined || event.level === 'warn') later.push(event);
        else below(rows.get(event.task), event.text);
        break;
      case 'task.line':
        below(rows.get(event.id), event.line);
        break;
      case 'task.end':
        rows.get(event.id)?.ended.resolve(event);
        break;
      default:
        later.push(event);
    }
  };
  const stop = async () => {
    // Tasks that an error or Ctrl-C left behind.
    for (const { id, title, ended } of rows.values()) {
      ended.resolve({ type: 'task.end', id, title, outcome: 'skipped', durationMs: 0, reason: 'not finished' });
    }
    await shown;
    forget();
    const print = plainProgress({ quiet: false, verbose: false, cwd, write: (text) => void stream.write(text) });
    for (const event of later) print(event);
  };
  return { emit, stop };
}

/** Shows a line dimmed below a task, in the place of the one before. */
function below(row: Row | undefined, line: string): void {
  if (line.trim() === '') return;
  void row?.started.promise.then((wrapper) => {
    wrapper.output = line;
  });
}

async function display(rows: readonly Row[], stream: NodeJS.WriteStream): Promise<void> {
  const tasks = rows.map((row) => ({
    title: row.waits ? `${row.title} · waiting` : row.title,
    task: async (_context: unknown, wrapper: unknown) => {
      row.started.resolve(wrapper as Wrapper);
      void row.began.promise.then((title) => {
        (wrapper as Wrapper).title = title;
      });
      const end = await row.ended.promise;
      const shown = wrapper as Wrapper;
      const time = end.durationMs === 0 ? '' : ` (${(end.durationMs / 1000).toFixed(1)} s)`;
      shown.title = `${end.title}${time}${end.reason === undefined ? '' : ` · ${end.reason}`}`;
      if (end.outcome === 'skipped') shown.skip(shown.title);
      if (end.outcome === 'failed') throw new Error(shown.title);
    },
  }));
  const options = {
    // stdout belongs to the result.
    logger: new ListrLogger({ useIcons: false, processOutput: new ProcessOutput(stream, stream) }),
    showErrorMessage: false,
    collapseErrors: false,
    // In the place of the title; beside it every line of an interrupted build would stand there twice.
    collapseSkips: true,
    suffixSkips: false,
    formatOutput: 'truncate',
  } as const;
  const list = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    collectErrors: 'minimal',
    // Ctrl-C is the command's business, which aborts the service and then stops this display.
    registerSignalListeners: false,
    renderer: 'default',
    rendererOptions: options,
    // listr2 falls back when stdout is no terminal; what counts here is the stream that we were given.
    fallbackRenderer: 'default',
    fallbackRendererOptions: options,
  });
  await list.run();
}

function makeRow(id: string, title: string, waits = false): Row {
  return { id, title, waits, started: signal(), began: signal(), ended: signal() };
}

function signal<T>(): Signal<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
