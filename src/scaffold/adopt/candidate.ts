import type { BuildSettings } from '../../model/manifest.js';
import { LANGUAGE_NAMES, type Language } from '../../model/target.js';
import type { EntryKind } from './entry-symbols.js';
import { entriesIn } from './entry-symbols.js';
import type { Survey } from './survey.js';

/** Something in a repository that can be built into a plugin's library. */
export interface Candidate {
  readonly language: Language;
  /** What its build tool calls it: Go package, crate or CMake target. */
  readonly unit: string;
  /** The file that declares it, relative to the root. */
  readonly declaredIn: string;
  readonly build: BuildSettings;
  /** Hosts whose entry function its sources hold. */
  readonly entries: ReadonlyMap<string, EntryKind>;
  /** What its build file says about it. */
  readonly stated: Stated;
}

/** Values that a build file states, as they stand there. */
export interface Stated {
  /** A name that would do for an id. */
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
  readonly author?: string;
  readonly repository?: string;
}

/** What narrows the choice down. */
export interface Wanted {
  readonly language?: string | undefined;
  readonly unit?: string | undefined;
  readonly host?: string | undefined;
}

const UNITS: Readonly<Record<Language, string>> = { go: 'package', rust: 'crate', c: 'target' };

/** `Go package ./cmd/plugin (cmd/plugin/main.go)` */
export function describe({ language, unit, declaredIn }: Candidate): string {
  return `${LANGUAGE_NAMES[language]} ${UNITS[language]} ${unit} (${declaredIn})`;
}

/** Settings of a build without those that say nothing. */
export function settings(found: { folder: string } & Omit<BuildSettings, 'folder'>): BuildSettings {
  const { folder, ...rest } = found;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { ...(folder === '.' ? {} : { folder }), ...Object.fromEntries(given) };
}

/** The entry functions of several files; a definition counts more than a mention. */
export async function entriesOf(
  files: readonly string[],
  language: 'c' | 'go' | 'rust',
  { text }: Survey,
): Promise<ReadonlyMap<string, EntryKind>> {
  const found = new Map<string, EntryKind>();
  for (const file of files) {
    const kind = /\.(c|h|cc|cpp|cxx|hpp)$/.test(file) ? 'c' : language;
    for (const [host, how] of entriesIn(await text(file), kind)) {
      if (found.get(host) !== 'defined') found.set(host, how);
    }
  }
  return found;
}
