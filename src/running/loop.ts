import path from 'node:path';
import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { createInterface, type Interface } from 'node:readline/promises';
import type { RunContext } from '../model/context.js';
import type { ServiceEvent } from '../model/profile.js';
import { renderError, toCpexError } from '../report/error-text.js';
import { endingError } from '../runtime/failure.js';
import { CpexError } from '../support/errors.js';
import { answerText, hints, lastWords } from './answer-text.js';
import { readAnswers } from './answers.js';
import { readData } from './input.js';
import { answerFailure, broken, type RunOptions, sessionOptions, tellNotices } from './service.js';
import { openRunSession, type RunSession } from './session.js';

/** What a line may hold: hooks and commands only where the host has such. */
function helpText({ subject }: RunSession): string {
  const { hooks } = subject.profile.contract;
  return [
    'METHOD [DATA]            call a method',
    ...(hooks.size === 0
      ? []
      : [
          'hook NAME [PAYLOAD]      invoke a hook',
          'command VERB [ARGS…]     run a command',
          'step [RUNNER] [ARGS]     execute a step',
          'event KIND [FIELDS]      tell of an event of a build',
        ]),
    'help, exit               Tab completes names; DATA is JSON or @FILE',
  ].join('\n');
}

/**
 * Asks for calls on a terminal until `exit`, Ctrl-D, Ctrl-C or the plugin's end. Needs somebody to ask.
 * Returns why the plugin ended where that was not wanted. Throws CPEX_E_INTERRUPTED after Ctrl-C.
 */
export async function promptLoop(options: RunOptions, context: RunContext): Promise<CpexError | undefined> {
  if (!context.interactive) throw notInteractive();
  const config = options.config === undefined ? undefined : await readData(options.config, context.cwd, options.stdin);
  let events: ServiceEvent[] = [];
  const script = options.answers === undefined ? undefined : await readAnswers(options.answers, context.cwd);
  // Plugins log between calls as well, and people type ahead: lines go above the one that is being typed.
  let asking: Interface | undefined;
  let terminal: Interface | undefined;
  const typed = () => asking ?? (terminal?.line ? terminal : undefined);
  const shown: RunContext = { ...context, emit: (event) => above(typed(), () => context.emit(event)) };
  const print: Print = (stream, text) => above(typed(), () => stream.write(`${text}\n`));
  const session = await openRunSession(
    {
      ...sessionOptions(options, shown, config, (event) => events.push(event)),
      ...(script === undefined ? {} : { script }),
    },
    shown,
  );
  await options.hold?.(session);
  const lines = openTerminal(completions(session), context.signal);
  terminal = lines;
  lines.once('close', () => {
    asking = undefined;
    terminal = undefined;
  });
  const ask = () => {
    asking = lines;
    lines.prompt();
  };
  process.stderr.write(`${nameOf(session)} is running. Type help or exit.\n`);
  let fatal: CpexError | undefined;
  try {
    // The iterator keeps lines that are typed or pasted while a call runs; they need no prompt.
    let waiting = 0;
    lines.on('line', () => {
      waiting++;
      asking = undefined;
    });
    ask();
    let left = true;
    for await (const line of lines) {
      waiting--;
      left = false;
      const word = line.trim();
      if (word === 'exit' || context.signal.aborted) break;
      if (word === 'help') print(process.stderr, helpText(session));
      else if (word !== '') fatal = await answer(word, session, { context: shown, print, events });
      if (fatal !== undefined) break;
      events = [];
      left = waiting === 0;
      if (left) ask();
    }
    // After Ctrl-D and Ctrl-C the cursor still stands behind the prompt.
    if (left) process.stderr.write('\n');
  } finally {
    lines.close();
  }
  const ending = await session.close();
  if (context.signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
  return fatal ?? (ending.kind === 'clean' ? undefined : endingError(ending));
}

/** The error where nothing was named to call and nobody can be asked. */
export function notInteractive(): CpexError {
  return new CpexError('CPEX_E_NOT_INTERACTIVE', 'Nothing was named to call, and this is no terminal.', {
    evidence: ['missing: METHOD, `hook NAME` or `command VERB`'],
    remedy: 'Name a method, such as plugin.register, or what the host has besides: cpex run --help.',
  });
}

/** Who the plugin says it is; its file where it does not say. */
function nameOf({ registration, subject }: RunSession): string {
  const { id, version } = registration;
  return id === '' ? path.basename(subject.artefact) : `${id} ${version}`;
}

/** Writes lines while somebody types: takes the prompt away and puts it back with what was typed. */
function above(terminal: Interface | undefined, write: () => void): void {
  if (terminal === undefined) {
    write();
    return;
  }
  const { rows } = terminal.getCursorPos();
  moveCursor(process.stderr, 0, -rows);
  cursorTo(process.stderr, 0);
  clearScreenDown(process.stderr);
  write();
  terminal.prompt(true);
}

function openTerminal(words: readonly string[], signal: AbortSignal): Interface {
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt: 'cpex> ',
    completer: (line: string): [string[], string] => [words.filter((word) => word.startsWith(line)), line],
  });
  // The terminal is in raw mode: Ctrl-C comes as a key, also while a call runs.
  terminal.on('SIGINT', () => process.emit('SIGINT'));
  signal.addEventListener('abort', () => terminal.close(), { once: true });
  return terminal;
}

type Print = (stream: NodeJS.WriteStream, text: string) => void;

interface Answering {
  readonly context: RunContext;
  readonly print: Print;
  readonly events: readonly ServiceEvent[];
}

/** Makes one call. Returns the error after which there is no plugin to talk to. */
async function answer(
  line: string,
  session: RunSession,
  { context, print, events }: Answering,
): Promise<CpexError | undefined> {
  try {
    const { words, data } = splitLine(line);
    const input = {
      env: {},
      ...(data === undefined ? {} : { data: await readData(data, context.cwd, process.stdin) }),
    };
    const answered = await session.ask(words, input);
    const report = typeof answered === 'string' ? { help: answered, events } : { answer: answered, events };
    const text = answerText(report);
    if (text !== '') print(process.stdout, text);
    for (const hint of [...lastWords(report), ...hints(report)]) print(process.stderr, hint);
    if (typeof answered === 'string') return undefined;
    tellNotices(answered, context);
    const failure = answerFailure(answered) ?? broken(events);
    if (failure !== undefined) print(process.stderr, renderError(failure));
    return undefined;
  } catch (thrown) {
    const error = toCpexError(thrown);
    if (error.kind !== 'user' || context.signal.aborted) return error;
    print(process.stderr, renderError(error));
    return undefined;
  }
}

/** Words, then data: everything from the first `{`, `[`, `"` or `@` that starts a word. */
export function splitLine(line: string): { words: string[]; data?: string } {
  const trimmed = line.trim();
  const start = trimmed.startsWith('command ') ? -1 : trimmed.search(/(?<=\s)[{["@]/);
  const head = start === -1 ? trimmed : trimmed.slice(0, start);
  const words = [...head.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  return start === -1 ? { words } : { words, data: trimmed.slice(start) };
}

/** Everything that can start a line: the plugin's hooks and commands, and the methods. */
function completions({ registration, subject }: RunSession): string[] {
  const { hooks, command, step, lifecycle } = registration.capabilities;
  const verbs = Array.isArray(command) ? (command as { verb?: unknown }[]).map(({ verb }) => `command ${verb}`) : [];
  const runners = Array.isArray(step) ? (step as { runner?: unknown }[]).map(({ runner }) => `step ${runner}`) : [];
  const asked = Array.isArray(lifecycle) ? (lifecycle as { events?: readonly unknown[] }[]) : [];
  const events = [...new Set(asked.flatMap(({ events: kinds = [] }) => kinds.map((kind) => `event ${kind}`)))];
  const names = Array.isArray(hooks) ? hooks.map((name) => `hook ${name}`) : [];
  return [...names, ...verbs, ...runners, ...events, ...subject.profile.contract.methods.keys(), 'help', 'exit'];
}
