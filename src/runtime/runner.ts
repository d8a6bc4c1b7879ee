import path from 'node:path';
import type { Target, TargetName } from '../model/target.js';
import { hostTarget } from '../project/targets/host.js';
import { CpexError } from '../support/errors.js';
import { exists } from '../support/files.js';
import { findTool } from '../support/find-tool.js';
import { splitWords } from '../support/split-words.js';
import type { Environment, Runner, RunnerFinding } from './runner-types.js';

/** What people set: the flag for the one target of a command, and `runners` of cpex.yaml. */
export interface RunnerSettings {
  /** Command line of `--runner`. */
  readonly flag?: string;
  /** Command lines by target, in any spelling that was made canonical before. */
  readonly manifest?: Readonly<Partial<Record<TargetName, string>>>;
}

/**
 * Finds what runs programs for a target on this machine: what the user names (`--runner`, the variable
 * `CPEX_RUNNER_<TARGET>`, `runners` of cpex.yaml), the machine itself, musl's loader, qemu, wine.
 * Starts and writes nothing.
 * @throws CpexError `CPEX_E_RUNNER_INVALID` when a setting is no command or names nothing that is there
 */
export async function findRunner(
  target: Target,
  env: Environment,
  settings: RunnerSettings = {},
  host: Target = hostTarget(),
): Promise<RunnerFinding> {
  const custom = chosen(target, env, settings);
  if (custom !== undefined) return { state: 'found', runner: await customRunner(target, custom, env) };
  if (isNative(target, host)) {
    return { state: 'found', runner: { target: target.name, kind: 'native', argv: [], why: 'it is this machine' } };
  }
  return (await import('./runner-emulators.js')).findEmulator(target, host, env);
}

/** Name of the variable that sets the runner of a target: `CPEX_RUNNER_LINUX_ARM64`. */
export function runnerVariable(target: TargetName): string {
  return `CPEX_RUNNER_${target.replaceAll('-', '_').toUpperCase()}`;
}

/** The error for a target whose programs cannot run here, for those who cannot go on without. */
export function noRunner(target: TargetName, finding: Exclude<RunnerFinding, { state: 'found' }>): CpexError {
  const own = `Name a command that runs programs for ${target} with --runner or ${runnerVariable(target)}.`;
  if (finding.state === 'missing') {
    return new CpexError('CPEX_E_RUNNER_MISSING', `${finding.what} is missing; it runs programs for ${target}.`, {
      remedy: finding.remedy,
    });
  }
  return new CpexError('CPEX_E_RUNNER_NONE', `Nothing on this machine can run programs for ${target}.`, {
    evidence: [finding.reason],
    remedy: `Run it on a ${target} machine. ${own}`,
  });
}

/** True where the machine itself runs the target's programs, and its own process can load its libraries. */
export function isNative(target: Target, host: Target): boolean {
  if (target.name === host.name) return true;
  return target.name === 'darwin-universal' && host.os === 'darwin';
}

interface Chosen {
  readonly line: string;
  readonly source: string;
}

function chosen(target: Target, env: Environment, settings: RunnerSettings): Chosen | undefined {
  const variable = runnerVariable(target.name);
  const places: readonly [string | undefined, string][] = [
    [settings.flag, '--runner'],
    [env[variable], variable],
    [settings.manifest?.[target.name], `runners.${target.name} of cpex.yaml`],
  ];
  for (const [line, source] of places) if (line !== undefined && line.trim() !== '') return { line, source };
  return undefined;
}

async function customRunner(target: Target, { line, source }: Chosen, env: Environment): Promise<Runner> {
  const words = splitWords(line);
  const [command = '', ...rest] = words ?? [];
  if (words === undefined || command === '') {
    throw new CpexError('CPEX_E_RUNNER_INVALID', `${source} is no command: ${JSON.stringify(line)}`, {
      evidence: ['words are parted by blanks; quotes keep them together and must be closed'],
    });
  }
  const file = path.isAbsolute(command) ? command : await findTool(command, env);
  if (file === undefined || !(await exists(file))) {
    throw new CpexError('CPEX_E_RUNNER_INVALID', `${source} names ${command}, which is not there.`, {
      evidence: [path.isAbsolute(command) ? command : `searched along PATH: ${command}`],
      remedy: 'Give an absolute path or a program on PATH, then its arguments.',
    });
  }
  return { target: target.name, kind: 'custom', argv: [file, ...rest], why: `${source} names it` };
}
