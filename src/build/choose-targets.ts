import { type ArtefactKind, LANGUAGE_NAMES, type Language, type Target } from '../model/target.js';
import { hostTarget } from '../project/targets/host.js';
import { parseTarget } from '../project/targets/normalise.js';
import { possible } from '../project/targets/possible.js';
import { TARGETS } from '../project/targets/table.js';
import { CpexError } from '../support/errors.js';
import type { BuildOptions, SkippedTarget } from './build-model.js';
import { wantedKind } from './wanted-kind.js';

/** A target to build, and what the result has to bear. */
export interface WantedTarget {
  readonly target: Target;
  /** Lowest glibc that the library is to work with; only for targets that have glibc. */
  readonly glibc?: string;
  /** That glibc was asked for by name, and is not only the limit of `cpex.yaml`. */
  readonly aimed?: boolean;
  /**
   * Who asked. By `name` it has to be built; `cpex.yaml` promises it to users; `all` takes whatever
   * this machine can make.
   */
  readonly by: 'name' | 'manifest' | 'all';
}

export interface ChosenTargets {
  /** Each target once: named ones in the order of their first mention, then those of `all`. */
  readonly wanted: readonly WantedTarget[];
  /** What `all` leaves out because no machine could make it. */
  readonly skipped: readonly SkippedTarget[];
}

/** One mention of a target. */
interface Mention {
  readonly target: Target;
  /** glibc that this very spelling names. */
  readonly glibc?: string;
  readonly by: WantedTarget['by'];
}

/**
 * Turns what the caller asked for into targets. Starts nothing.
 * @throws CpexError `CPEX_E_TARGET_UNKNOWN`, `CPEX_E_TARGET_HOST`, `CPEX_E_BUILD_IMPOSSIBLE`, `CPEX_E_USAGE`
 */
export function chooseTargets(options: Pick<BuildOptions, 'project' | 'targets' | 'glibc' | 'as'>): ChosenTargets {
  const { language, targets: listed, glibc } = options.project.manifest;
  const kind = wantedKind(options);
  const names = options.targets.map((name) => name.trim());
  const mentions = named(names);
  for (const { target } of mentions) requirePossible(language, target, kind);
  const skipped: SkippedTarget[] = [];
  for (const one of names.some(isAll) ? everyTarget(listed) : []) {
    const { name } = one.target;
    const judged = possible(language, one.target, kind);
    if (judged.ok) mentions.push(one);
    else if (skipped.every((other) => other.target !== name)) {
      skipped.push({ target: name, kind: 'impossible', reason: judged.reason, remedy: judged.remedy });
    }
  }
  return { wanted: folded(mentions, requestedFloor(options.glibc), glibc), skipped };
}

function named(names: readonly string[]): Mention[] {
  if (names.length === 0) return [{ target: hostTarget(), by: 'name' }];
  return names.filter((name) => !isAll(name)).map((name) => ({ ...parseTarget(name), by: 'name' }));
}

function isAll(name: string): boolean {
  return name.toLowerCase() === 'all';
}

/** What `all` means: the targets of `cpex.yaml`, or every one that there is. */
function everyTarget(listed: readonly string[] | undefined): Mention[] {
  return listed === undefined
    ? Object.values(TARGETS).map((target) => ({ target, by: 'all' }))
    : listed.map((name) => ({ ...parseTarget(name), by: 'manifest' }));
}

function requirePossible(language: Language, target: Target, kind: ArtefactKind): void {
  const judged = possible(language, target, kind);
  if (judged.ok) return;
  throw new CpexError(
    'CPEX_E_BUILD_IMPOSSIBLE',
    `${LANGUAGE_NAMES[language]} cannot make a plugin for ${target.name}.`,
    {
      evidence: [judged.reason],
      remedy: judged.remedy,
    },
  );
}

/** Each target once, however often and in whatever spelling it was mentioned. */
function folded(mentions: readonly Mention[], asked: string | undefined, limit: string | undefined): WantedTarget[] {
  return [...new Set(mentions.map(({ target }) => target))].map((target) => {
    const [first, ...more] = mentions.filter((one) => one.target === target);
    const by = first?.by ?? 'name';
    if (target.libc !== 'glibc') return { target, by };
    // What a name says comes before what the manifest says.
    const stated = [first, ...more].filter((one) => one?.by === by).flatMap((one) => one?.glibc ?? []);
    if (new Set(stated).size > 1) throw contradiction(target, stated);
    const aim = stated[0] ?? asked;
    const glibc = aim ?? limit;
    return { target, by, aimed: aim !== undefined, ...(glibc === undefined ? {} : { glibc }) };
  });
}

function contradiction({ name }: Target, stated: readonly string[]): CpexError {
  return new CpexError('CPEX_E_USAGE', `${name} is wanted for glibc ${stated.join(' and for glibc ')}.`, {
    remedy: 'Name one: the lowest serves all systems.',
  });
}

function requestedFloor(text: string | undefined): string | undefined {
  if (text === undefined || /^2\.\d{1,2}(?:\.\d{1,2})?$/.test(text)) return text;
  throw new CpexError('CPEX_E_USAGE', `--glibc ${JSON.stringify(text)} is not a version of glibc.`, {
    remedy: 'Write it as in --glibc 2.28.',
  });
}
