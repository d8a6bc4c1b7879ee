import { sourceRoot } from '../../project/source-root.js';
import { isCpexError } from '../../support/errors.js';
import type { CompilerChoice } from '../build-model.js';
import { chooseCompiler } from '../compilers/choose.js';
import { compilerScript } from '../compilers/wrapper.js';
import { linkScript } from './rust-link-script.js';
import { rustTriple } from './rust-std.js';
import type { ToolchainRequest } from './toolchain.js';

/**
 * Lets build scripts of crates compile C for a target that zig serves: they look for `CC_<triple>` and
 * `AR_<triple>`, and find the compilers of distributions by themselves. What the user has set stays.
 * @param compiler zig with its first arguments
 * @param script stands for zig already; one is made when absent
 */
export function zigForBuildScripts(
  request: ToolchainRequest,
  compiler: Pick<CompilerChoice, 'argv' | 'tool'>,
  script?: string,
): Pick<CompilerChoice, 'env' | 'files'> {
  const { target, env } = request;
  const files: NonNullable<CompilerChoice['files']>[number][] = [];
  const made = (one: { readonly path: string; readonly text: string }) => {
    files.push({ ...one, executable: true });
    return one.path;
  };
  const tools = {
    CC: () => script ?? made(linkScript(`${target.name}-c`, { kind: 'zig', swap: {} }, compiler.argv, env)),
    AR: () => made(compilerScript('zig-ar', [compiler.tool.path, 'ar'], env)),
  };
  const variables = Object.entries(tools).flatMap(([name, path]) => {
    const triple = rustTriple(request);
    const spellings = [triple, triple.replaceAll('-', '_')].map((word) => `${name}_${word}`);
    return spellings.some((spelling) => env[spelling]) ? [] : [[spellings[1], path()]];
  });
  return { env: Object.fromEntries(variables), files };
}

/** The same for macOS, where zig compiles and another program links. Nothing where there is no zig. */
export async function zigForDarwin(request: ToolchainRequest): Promise<Pick<CompilerChoice, 'env' | 'files'>> {
  const choice = await chooseCompiler({ ...request, cwd: sourceRoot(request.project) }).catch((error: unknown) => {
    if (isCpexError(error) && error.kind === 'environment') return undefined;
    throw error;
  });
  if (choice?.tool.name !== 'zig') return {};
  const { env, files } = zigForBuildScripts(request, choice);
  return { env: { ...choice.env, ...env }, files: [...(choice.files ?? []), ...(files ?? [])] };
}
