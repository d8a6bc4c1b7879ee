import type { ArtefactKind } from '../model/target.js';
import { revisionsOf } from './contract-revisions.js';

/** Host profiles that this version can scaffold, build, test and run for. */
export const HOSTS: readonly string[] = ['cpex', 'cliproxy', 'go-plugin', 'console', 'tau'];

/** Hosts whose plugins are libraries of the native ABI. */
export const NATIVE_HOSTS: readonly string[] = ['cpex', 'cliproxy'];

/** Hosts of the native ABI that take the same plugin as a process, too. */
export const PROCESS_HOSTS: readonly string[] = ['cpex'];

/** What plugins for a host are built into where nobody asks for something else. */
export function builtInto(host: string): ArtefactKind {
  return NATIVE_HOSTS.includes(hostName(host)) ? 'library' : 'executable';
}

/** The profile's name without its revision: `cliproxy@v7.2.28` gives `cliproxy`. */
export function hostName(host: string): string {
  return host.split('@', 1)[0] ?? host;
}

/** The revision that `NAME[@REVISION]` means, the default one when none is named; undefined where a host has none. */
export function revisionName(host: string): string | undefined {
  const named = host.split('@', 2)[1];
  return named ?? revisionsOf(hostName(host))?.default;
}

/** Why a host cannot be used, to be put after its name; undefined when it can. */
export function hostProblem(host: string): string | undefined {
  const name = hostName(host);
  if (!HOSTS.includes(name)) return 'is not a host that cpex knows';
  if (host === name) return undefined;
  const revisions = revisionsOf(name)?.revisions;
  if (revisions === undefined) return 'has no revisions';
  const known = Object.keys(revisions);
  return known.includes(host.slice(name.length + 1)) ? undefined : `has no such revision (it has ${known.join(', ')})`;
}
