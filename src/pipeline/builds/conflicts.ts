import { runnersOf } from '../../hosts/cpex/builds.js';
import { commandsOf } from '../../hosts/cpex/commands.js';
import type { Registration } from '../../model/profile.js';
import { CpexError } from '../../support/errors.js';

/** A plugin and what it declared. */
export interface Declared {
  readonly name: string;
  readonly registration: Pick<Registration, 'capabilities'>;
}

/**
 * What more than one of several plugins claims, as sentences that name both; a claim on a command of the host itself
 * as well. Life cycle hooks never conflict.
 * @param builtIn names of the host's own commands
 */
export function conflictsOf(plugins: readonly Declared[], builtIn: readonly string[]): string[] {
  const owners = new Map<string, string>(builtIn.map((verb) => [`command "${verb}"`, 'cpex itself']));
  const conflicts: string[] = [];
  for (const { name, registration } of plugins) {
    for (const claim of claimsOf(registration)) {
      const owner = owners.get(claim);
      if (owner === undefined) owners.set(claim, name);
      // What one plugin declares twice is a fault of its registration.
      else if (owner !== name) conflicts.push(`${claim}: ${owner} and ${name}`);
    }
  }
  return conflicts;
}

/** Throws `CPEX_E_PLUGIN_CONFLICT` where there is a conflict. */
export function refuseConflicts(plugins: readonly Declared[], builtIn: readonly string[]): void {
  const [first, ...more] = conflictsOf(plugins, builtIn);
  if (first === undefined) return;
  throw new CpexError('CPEX_E_PLUGIN_CONFLICT', `The same thing is claimed twice; nothing was run: ${first}.`, {
    evidence: more,
    remedy: 'Leave one of the plugins out, or rename what it declares.',
  });
}

function claimsOf(registration: Declared['registration']): string[] {
  const runners = runnersOf(registration);
  return [
    ...commandsOf(registration).map(({ verb }) => `command "${verb}"`),
    ...runners.map(({ runner }) => `runner:${runner}`),
    ...(runners.some((one) => one.default) ? ['default-runner'] : []),
  ];
}
