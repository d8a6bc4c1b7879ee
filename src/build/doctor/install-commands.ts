import { shellWord } from '../../support/shell-word.js';

/** An install command: what is printed is what is run. */
export interface InstallCommand {
  readonly argv: readonly string[];
  /** As one would type it. */
  readonly text: string;
}

/** What can be run for a list of remedies, and what a person has to do. */
export interface InstallPlan {
  /** In the order in which they have to run. */
  readonly commands: readonly InstallCommand[];
  readonly manual: readonly string[];
}

/** A kind of command that may be run as it is. */
interface Kind {
  /** First group: options, which keep apart what must not be joined; second group: what is to be installed. */
  readonly pattern: RegExp;
  /** First words of the command. */
  readonly start: readonly string[];
  /** Needs the rights of root. */
  readonly root?: true;
}

/** In the order in which they run. -y: nobody answers their questions, and consent to the whole was asked for. */
const KINDS: readonly Kind[] = [
  { pattern: /^apt(?:-get)? install ()(?:-y )?(.+)$/, start: ['apt-get', 'install', '-y'], root: true },
  { pattern: /^dnf install ()(?:-y )?(.+)$/, start: ['dnf', 'install', '-y'], root: true },
  { pattern: /^brew install ()(.+)$/, start: ['brew', 'install'] },
  { pattern: /^winget install ()(.+)$/, start: ['winget', 'install'] },
  { pattern: /^python3 -m pip install ((?:--[\w-]+ )*)(.+)$/, start: ['python3', '-m', 'pip', 'install'] },
  { pattern: /^python -m pip install ((?:--[\w-]+ )*)(.+)$/, start: ['python', '-m', 'pip', 'install'] },
  { pattern: /^rustup default ()(.+)$/, start: ['rustup', 'default'] },
  { pattern: /^rustup update ()(.+)$/, start: ['rustup', 'update'] },
  { pattern: /^rustup toolchain install ()(.+)$/, start: ['rustup', 'toolchain', 'install'] },
  { pattern: /^rustup target add ((?:--toolchain \S+ )?)(.+)$/, start: ['rustup', 'target', 'add'] },
];

/** Words of commands that may be run: nothing that a shell would read as more than a word. */
const WORD = /^[\w@%+=:,./~-]+$/;

/** What is to be installed by one command. */
interface Batch {
  /** Place in `KINDS`. */
  readonly order: number;
  readonly options: string;
  readonly names: readonly string[];
}

/**
 * Finds in remedies the commands that can be run without a person: those of package managers, pip and rustup.
 * Of several ways the first that can be run counts. `sudo` stays where the commands are not run by root.
 */
export function planInstall(remedies: readonly string[], root: boolean): InstallPlan {
  const batches = new Map<string, Batch>();
  const manual = new Set<string>();
  for (const remedy of remedies) {
    const way = remedy
      .split(', or ')
      .map(parse)
      .find((one) => one !== undefined);
    if (way === undefined) manual.add(remedy);
    for (const { order, options, names } of way ?? []) {
      const key = `${order} ${options}`;
      batches.set(key, { order, options, names: [...new Set([...(batches.get(key)?.names ?? []), ...names])] });
    }
  }
  const ordered = [...batches.values()].sort((a, b) => a.order - b.order);
  return { commands: ordered.map((batch) => command(batch, root)), manual: [...manual] };
}

/** The commands of one way; undefined when one of them cannot be run. */
function parse(way: string): readonly Batch[] | undefined {
  const batches = way.split(' && ').map(parseOne);
  return batches.every((batch) => batch !== undefined) ? batches : undefined;
}

function parseOne(text: string): Batch | undefined {
  const plain = text.trim().replace(/^sudo /, '');
  const order = KINDS.findIndex(({ pattern }) => pattern.test(plain));
  const [, options = '', list = ''] = KINDS[order]?.pattern.exec(plain) ?? [];
  const names = words(list);
  const safe = names.length > 0 && [...words(options), ...names].every((word) => WORD.test(word));
  return safe ? { order, options, names } : undefined;
}

function command({ order, options, names }: Batch, isRoot: boolean): InstallCommand {
  const { start = [], root = false } = KINDS[order] ?? {};
  const argv = [...(root && !isRoot ? ['sudo'] : []), ...start, ...words(options), ...names];
  return { argv, text: argv.map(shellWord).join(' ') };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
