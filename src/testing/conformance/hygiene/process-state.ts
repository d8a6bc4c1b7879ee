import type { Finding } from '../../../model/finding.js';
import type { Observation } from '../../../model/watch.js';
import type { Subject } from '../../subject.js';
import { type LanguageFacts, languageFacts } from '../languages.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { compareSnapshots, type Snapshot, signalName, texts } from './snapshot.js';

/** One thing that the whole process has, and that a plugin has no business to change. */
interface SharedState {
  /** What happened to it, before "by init": `changes the working folder`. */
  readonly changes: string;
  readonly remedy: string;
  /** What it is at one moment, as lines. */
  read(seen: Observation): string[];
  /** A change that the runtime of the language makes by right. */
  allowed?(line: string, expected: LanguageFacts): boolean;
}

/** What is compared, by the id of its test. */
const SHARED: Readonly<Record<string, SharedState>> = {
  'hyg.locale': {
    changes: 'changes the locale of the whole process',
    remedy: 'Leave setlocale alone: use newlocale with the functions that end in _l, or format numbers by yourself.',
    read: (seen) => [...texts(seen, 'locale'), ...texts(seen, 'threadLocale').map((one) => `of the thread: ${one}`)],
  },
  'hyg.env': {
    changes: 'changes the environment of the whole process',
    remedy: 'Keep settings in variables of your own; setenv is not safe while other threads read the environment.',
    // Values may be secrets.
    read: (seen) => texts(seen, 'env').map((one) => one.slice(0, one.indexOf('=')) + markOf(one)),
  },
  'hyg.cwd': {
    changes: 'changes the working folder of the whole process',
    remedy: 'Use absolute paths, or openat with a descriptor of the folder.',
    read: (seen) => texts(seen, 'cwd'),
  },
  'hyg.umask': {
    changes: 'changes the umask of the whole process',
    remedy: 'Give each file its mode with fchmod.',
    read: (seen) => texts(seen, 'umask'),
  },
  'hyg.rlimit': {
    changes: 'changes a resource limit of the whole process',
    remedy: 'Limits are for the host to set.',
    read: (seen) => texts(seen, 'limit').map(limitWords),
    allowed: (line, { raisesFileLimit }) => raisesFileLimit && line.startsWith('RLIMIT_NOFILE '),
  },
  'hyg.fpu': {
    changes: 'leaves the floating-point unit of the calling thread changed',
    remedy:
      'Put the rounding mode back before the call returns (fegetenv, fesetenv), and do not build with -ffast-math.',
    read: (seen) => texts(seen, 'fpu'),
  },
  'hyg.signals': {
    changes: 'changes what signals do in the whole process',
    remedy: 'Signals belong to the host. Block nothing that stays blocked, and write to sockets with MSG_NOSIGNAL.',
    read: (seen) => [
      ...texts(seen, 'signal').map(signalWords),
      ...texts(seen, 'mask').map((number) => `${signalName(Number(number))} blocked`),
      ...texts(seen, 'timer').map((name) => `interval timer running: ${name}`),
    ],
    allowed: (line, { runtimeSignals }) =>
      runtimeSignals.includes(line.split(' ', 1)[0] ?? '') && !line.endsWith(' blocked'),
  },
};

/** Compares one part of the state of the process, named by the id of its test. */
export async function unchanged(id: string, subject: Subject): Promise<TestOutcome> {
  const shared = SHARED[id];
  if (shared === undefined) throw new TypeError(`Nothing is compared for ${id}.`);
  const expected = languageFacts(subject.language);
  return compareSnapshots(id, subject, (before, later) => firstChange(id, shared, expected, before, later));
}

function firstChange(
  id: string,
  { read, allowed, changes, remedy }: SharedState,
  expected: LanguageFacts,
  before: Observation,
  later: readonly Snapshot[],
): Finding[] {
  const was = read(before);
  for (const { when, seen } of later) {
    const is = read(seen);
    const isNews = (line: string) => allowed?.(line, expected) !== true;
    const gone = was.filter((line) => !is.includes(line)).filter(isNews);
    const come = is.filter((line) => !was.includes(line)).filter(isNews);
    if (gone.length + come.length === 0) continue;
    const evidence = [...gone.map((line) => `before: ${line}`), ...come.map((line) => `after: ${line}`)];
    return [{ ...fault(id, `The plugin ${changes} (${when}).`, evidence.slice(0, 12)), remedy }];
  }
  return [];
}

/** Tells two values of a variable apart without saying them. */
function markOf(variable: string): string {
  return ` (${variable.length - variable.indexOf('=') - 1} characters${checksum(variable)})`;
}

function checksum(text: string): string {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return `, checksum ${sum}`;
}

function signalWords(text: string): string {
  const [number = '', ...words] = text.split(' ');
  return `${signalName(Number(number))} ${words.join(' ')}`;
}

function limitWords(text: string): string {
  const [name, now, most] = text.split(' ');
  return `${name} ${now} of ${most}`;
}
