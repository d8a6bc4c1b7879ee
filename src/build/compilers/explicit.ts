import type { Target } from '../../model/target.js';
import type { Environment } from '../find-toolchain.js';

/** A compiler that the user names. */
export interface NamedCompiler {
  /** The variable that names it. */
  readonly variable: string;
  /** Name or path of the executable. */
  readonly executable: string;
  readonly args: readonly string[];
}

/**
 * The compiler that a variable names for a target: `CC_linux_arm64`, or `CC_aarch64_unknown_linux_gnu`
 * as Rust's build scripts know it. `CC` is for the machine's own target, whatever it is set to.
 */
export function namedCompiler(target: Target, own: boolean, env: Environment): NamedCompiler | undefined {
  const names = [target.name, ...(target.rust === undefined ? [] : [target.rust])];
  const variables = names.map((name) => `CC_${name.replaceAll('-', '_')}`);
  if (own) variables.push('CC');
  for (const variable of variables) {
    const [executable, ...args] = (env[variable] ?? '').trim().split(/\s+/);
    if (executable) return { variable, executable, args };
  }
  return undefined;
}

/** The variable of a target, as an error can propose it. */
export function compilerVariableName(target: Target): string {
  return `CC_${target.name.replaceAll('-', '_')}`;
}
