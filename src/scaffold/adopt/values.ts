import type { Registration } from '../../model/profile.js';
import type { Candidate } from './candidate.js';
import type { GitFacts } from './git-facts.js';
import { semanticVersion } from './version.js';

/** A value and where it was found, for people. */
export interface Known<Value = string> {
  readonly value: Value;
  readonly from: string;
}

/** What was given on the command line. */
export interface Given {
  readonly id?: string | undefined;
  readonly version?: string | undefined;
  readonly author?: string | undefined;
  readonly license?: string | undefined;
  readonly repository?: string | undefined;
  readonly description?: string | undefined;
}

/** Everything that speaks about the plugin. */
export interface Sources {
  readonly given: Given;
  readonly candidate: Candidate;
  readonly git: GitFacts;
  readonly license: { readonly spdx: string; readonly file: string } | undefined;
  readonly registration: Registration | undefined;
  /** Name of the user by git's configuration or the system. */
  readonly user: string | undefined;
}

/** The values of a manifest as far as they are known. */
export interface Values {
  readonly id: Known;
  readonly version: Known;
  readonly author?: Known;
  readonly license?: Known;
  readonly repository?: Known;
  readonly description?: Known;
}

const REGISTERED = 'what the plugin registers';

/** The best of what is known: the command line, then the plugin itself, then its files, then git. */
export function valuesOf(sources: Sources): Values {
  const { given, candidate, git, license, registration, user } = sources;
  const { stated, declaredIn } = candidate;
  const metadata = metadataOf(registration);
  const author = first(
    flag(given.author),
    known(registration?.author, REGISTERED),
    known(stated.author, declaredIn),
    known(git.author, 'the log of git'),
    known(user, 'the name of the user'),
  );
  const repository = first(
    flag(given.repository),
    known(git.repository, 'the remote of git'),
    known(webOnly(metadata.GitHubRepository ?? metadata.repository), REGISTERED),
    known(stated.repository, declaredIn),
  );
  const spdx = first(flag(given.license), known(stated.license, declaredIn), known(license?.spdx, license?.file ?? ''));
  const description = first(flag(given.description), known(stated.description, declaredIn));
  return {
    id: flag(given.id) ?? { value: stated.name, from: declaredIn },
    version: versionOf(sources),
    ...(author === undefined ? {} : { author }),
    ...(repository === undefined ? {} : { repository }),
    ...(spdx === undefined ? {} : { license: spdx }),
    ...(description === undefined ? {} : { description }),
  };
}

/** Other versions that were found, where they are not the one that was taken. */
export function otherVersions(sources: Sources, taken: string): readonly Known[] {
  const found = [...registeredVersion(sources), ...writtenVersions(sources)];
  return found.filter((one) => one.value !== taken);
}

/** A constant in a source file is only a hint, so it comes last. */
function versionOf(sources: Sources): Known {
  const given = flag(sources.given.version);
  if (given !== undefined) return given;
  const [best] = [...registeredVersion(sources), ...writtenVersions(sources), ...constantVersion(sources)];
  return best ?? { value: '0.1.0', from: 'assumed: nothing says a version' };
}

function registeredVersion({ registration }: Sources): Known[] {
  const said = registration?.version;
  const value = semanticVersion(said);
  if (value === undefined) return [];
  // What the two say is compared by tests and by packaging.
  return [{ value, from: value === said ? REGISTERED : `the plugin registers ${said}: let it say ${value}` }];
}

function writtenVersions({ candidate, git }: Sources): Known[] {
  const file = candidate.language === 'go' ? undefined : semanticVersion(candidate.stated.version);
  const tag = semanticVersion(git.tag);
  return [
    ...(file === undefined ? [] : [{ value: file, from: candidate.declaredIn }]),
    // After a tag the sources are on their way to another version.
    ...(tag === undefined
      ? []
      : [{ value: tag, from: `the tag ${git.tag}${git.pastTag ? ', with commits after it' : ''}` }]),
  ];
}

function constantVersion({ candidate }: Sources): Known[] {
  const value = candidate.language === 'go' ? semanticVersion(candidate.stated.version) : undefined;
  return value === undefined ? [] : [{ value, from: 'a constant in the sources' }];
}

function metadataOf(registration: Registration | undefined): Readonly<Record<string, unknown>> {
  const { metadata } = (registration?.raw ?? {}) as { metadata?: unknown };
  return typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {};
}

function webOnly(text: unknown): string | undefined {
  return typeof text === 'string' && /^https?:\/\/\S+$/.test(text) ? text : undefined;
}

function flag(text: string | undefined): Known | undefined {
  return text === undefined ? undefined : { value: text, from: 'the command line' };
}

function known(text: string | undefined, from: string): Known | undefined {
  const value = text?.trim() ?? '';
  return value === '' ? undefined : { value, from };
}

function first(...all: readonly (Known | undefined)[]): Known | undefined {
  return all.find((one) => one !== undefined);
}
