import { shellWord } from '../support/shell-word.js';

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

/** Kinds of commands that may be run as they are, in the order in which they run; those of a kind are joined. */
const KINDS: readonly {
  readonly pattern: RegExp;
  /** First words of the command; the captured words of all commands of the kind follow. */
  readonly start: readonly string[];
  /** Needs the rights of root. */
  readonly root: boolean;
}[] = [
  // -y: nobody answers its questions, and consent to the whole was asked for.
  { pattern: /^apt(?:-get)? install (?:-y )?(.+)$/, start: ['apt-get', 'install', '-y'], root: true },
  { pattern: /^dnf install (?:-y )?(.+)$/, start: ['dnf', 'install', '-y'], root: true },
  { pattern: /^brew install (.+)$/, start: ['brew', 'install'], root: false },
  { pattern: /^winget install (.+)$/, start: ['winget', 'install'], root: false },
  { pattern: /^python3 -m pip install (.+)$/, start: ['python3', '-m', 'pip', 'install'], root: false },
  { pattern: /^python -m pip install (.+)$/, start: ['python', '-m', 'pip', 'install'], root: false },
  { pattern: /^rustup default (.+)$/, start: ['rustup', 'default'], root: false },
  { pattern: /^rustup update (.+)$/, start: ['rustup', 'update'], root: false },
  { pattern: /^rustup target add (.+)$/, start: ['rustup', 'target', 'add'], root: false },
];

/** Words of commands that may be run: nothing that a shell would read as more than a word. */
const WORD = /^[\w@%+=:,./~-]+$/;

/**
 * Finds in remedies the commands that can be run without a person: those of package managers, pip and rustup.
 * Of several ways the first that can be run counts. `sudo` stays where the commands are not run by root.
 */
export function planInstall(remedies: readonly string[], root: boolean): InstallPlan {
  const wanted = new Map<number, Set<string>>();
  const manual = new Set<string>();
  for (const remedy of remedies) {
    const way = remedy
      .split(', or ')
      .map(parse)
      .find((one) => one !== undefined);
    if (way === undefined) manual.add(remedy);
    for (const { kind, words } of way ?? []) {
      const all = wanted.get(kind) ?? new Set();
      wanted.set(kind, new Set([...all, ...words]));
    }
  }
  const commands = [...wanted].sort(([a], [b]) => a - b).map(([kind, words]) => command(kind, [...words], root));
  return { commands, manual: [...manual] };
}

interface Part {
  /** Index in `KINDS`. */
  readonly kind: number;
  readonly words: readonly string[];
}

/** The commands of one way; undefined when one of them cannot be run. */
function parse(way: string): readonly Part[] | undefined {
  const parts = way.split(' && ').map((text): Part | undefined => {
    const plain = text.trim().replace(/^sudo /, '');
    const kind = KINDS.findIndex(({ pattern }) => pattern.test(plain));
    const words = KINDS[kind]?.pattern.exec(plain)?.[1]?.split(/\s+/) ?? [];
    return words.length > 0 && words.every((word) => WORD.test(word)) ? { kind, words } : undefined;
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function command(kind: number, words: readonly string[], isRoot: boolean): InstallCommand {
  const { start = [], root = false } = KINDS[kind] ?? {};
  const argv = [...(root && !isRoot ? ['sudo'] : []), ...start, ...words];
  return { argv, text: argv.map(shellWord).join(' ') };
}
