import type { ToolchainRequest } from './toolchain.js';

/** The compiler that the user asks for with `CC`, without its arguments; undefined when none is named. */
export function compilerVariable({ env }: Pick<ToolchainRequest, 'env'>): string | undefined {
  const [first] = (env.CC ?? '').trim().split(/\s+/);
  return first === '' ? undefined : first;
}
