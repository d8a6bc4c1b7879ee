import type { Target } from '../../model/target.js';
import { CpexError } from '../../support/errors.js';
import { type Environment, type Probe, type ProbeOptions, requireTool } from '../find-toolchain.js';
import { compilerRemedy, installRemedy, zigRepair } from '../remedies.js';
import { TOOLS } from '../tool-table.js';
import { compilerVariableName, type NamedCompiler } from './explicit.js';

/** A compiler that was looked for and cannot be used. */
export interface Lack {
  /** Its name: `cc`, `aarch64-linux-gnu-gcc`, `zig`. */
  readonly wanted: string;
  readonly probe: Exclude<Probe, { state: 'good' }>;
  /** Where it was looked for, when that is not PATH alone. */
  readonly searched?: string;
}

export interface LackOfCompiler {
  readonly target: Target;
  /** The target is the machine's own. */
  readonly own: boolean;
  readonly glibc: string | undefined;
  /** In the order in which they were tried; zig is the last. */
  readonly lacks: readonly Lack[];
}

/** What to tell when no compiler serves: the one that is half installed or too old, else all that are missing. */
export async function lackError(lack: LackOfCompiler, options: ProbeOptions): Promise<CpexError> {
  const { target, own, glibc, lacks } = lack;
  const { env } = options;
  const evidence = lacks.map(describe);
  const broken = lacks.find(({ probe }) => probe.state === 'broken' || probe.state === 'old');
  if (broken !== undefined) return unusable(broken, evidence, lack, env);
  if (own && glibc === undefined) {
    // The words for the machine's own compiler are those of every other tool.
    await requireTool('cc', options);
  }
  const message =
    glibc === undefined
      ? `There is no C compiler for ${target.name}.`
      : `Only zig can make a library for ${target.name} that works with glibc ${glibc}, and it is not installed.`;
  const remedy = await compilerRemedy(target, env, glibc);
  const hint = `not set: ${compilerVariableName(target)}`;
  return new CpexError('CPEX_E_BUILD_TOOL_MISSING', message, { evidence: [...evidence, hint], remedy });
}

/** What to tell when a compiler that a variable names cannot be used: no other is taken in its place. */
export function namedError({ variable, executable }: NamedCompiler, error: unknown): unknown {
  if (!(error instanceof CpexError)) return error;
  const missing = error.code === 'CPEX_E_BUILD_TOOL_MISSING';
  const message = missing ? `${variable} names ${executable}, which is not there.` : error.message;
  return new CpexError(error.code, message, {
    evidence: [...error.evidence, ...(missing ? [] : [`${variable}: ${executable}`])],
    remedy: `Correct ${variable}, or unset it to have a compiler found.`,
  });
}

async function unusable(
  { wanted, probe }: Lack,
  evidence: readonly string[],
  { target, own, glibc }: LackOfCompiler,
  env: Environment,
): Promise<CpexError> {
  const zig = wanted === 'zig';
  if (probe.state === 'old') {
    const remedy = zig ? await zigRepair(env, '--upgrade') : await compilerRemedy(target, env, glibc);
    const message = `${wanted} ${probe.tool.version} is too old for ${target.name}; ${probe.floor} is the lowest that works.`;
    return new CpexError('CPEX_E_BUILD_TOOL_OLD', message, { evidence, remedy });
  }
  const install = () => (own ? installRemedy(TOOLS.cc, env) : compilerRemedy(target, env, glibc));
  const remedy = zig ? await zigRepair(env, '--force-reinstall') : await install();
  const subject = wanted === 'cc' ? 'The C compiler of this machine' : wanted;
  const named = zig && env.ZIG?.trim() ? 'The zig that ZIG names' : undefined;
  const message = `${named ?? `${subject} is there, but`} cannot compile for ${target.name}.`;
  return new CpexError('CPEX_E_BUILD_TOOL_BROKEN', message, { evidence, remedy });
}

function describe({ wanted, probe, searched }: Lack): string {
  switch (probe.state) {
    case 'missing':
      return searched === undefined ? `not on PATH: ${wanted}` : `no ${wanted}: ${searched}`;
    case 'old':
      return `${probe.tool.path}: version ${probe.tool.version}`;
    case 'broken':
      return `${probe.path}: ${probe.said || 'it does not say its version'}`;
  }
}
