import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { CpexError } from '../../support/errors.js';
import { runTool } from '../../support/tools.js';
import type { CompilerChoice } from '../build-model.js';
import type { Environment } from '../find-toolchain.js';
import type { Sanitizer } from './sanitizer.js';

/** Time for a compiler to say where a file lies, in milliseconds. */
const ASK_MS = 10_000;

/** What the shared run-time libraries of gcc are called, and those of clang without processor and ending. */
const GCC: Readonly<Record<Sanitizer, string>> = { address: 'asan', undefined: 'ubsan', thread: 'tsan' };
const CLANG: Readonly<Record<Sanitizer, string>> = { address: 'asan', undefined: 'ubsan_standalone', thread: 'tsan' };

/** clang's names for processors. */
const PROCESSORS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

export interface RuntimeWish {
  readonly compiler: Pick<CompilerChoice, 'argv' | 'tool'>;
  readonly sanitizer: Sanitizer;
  readonly env: Environment;
  readonly signal?: AbortSignal;
}

/** Absolute path of a sanitizer's shared run-time library, as its compiler says; undefined where it has none. */
export async function findRuntime({ compiler, sanitizer, env, signal }: RuntimeWish): Promise<string | undefined> {
  const [program = compiler.tool.path, ...words] = compiler.argv;
  for (const name of candidates(compiler.tool.name, sanitizer)) {
    const options = { timeout: ASK_MS, env, ...(signal === undefined ? {} : { signal }) };
    const said = await runTool(program, [...words, `-print-file-name=${name}`], options);
    const file = said.stdout.trim();
    if (said.code !== 0 || !path.isAbsolute(file)) continue;
    const real = await realpath(file).catch(() => undefined);
    if (real !== undefined) return real;
  }
  return undefined;
}

/**
 * As {@link findRuntime}, or an error that says what to do.
 * @throws CpexError `CPEX_E_SANITIZER_RUNTIME`
 */
export async function requireRuntime(wish: RuntimeWish): Promise<string> {
  const found = await findRuntime(wish);
  if (found !== undefined) return found;
  const { compiler, sanitizer } = wish;
  throw new CpexError(
    'CPEX_E_SANITIZER_RUNTIME',
    `${compiler.tool.name} ${compiler.tool.version} has no shared run-time library for --sanitize ${sanitizer}.`,
    {
      evidence: [
        `compiler: ${compiler.argv.join(' ')}`,
        `asked for: ${candidates(compiler.tool.name, sanitizer).join(', ')}`,
      ],
      remedy:
        compiler.tool.name === 'clang'
          ? 'Install the package of its run-time libraries (libclang-rt-…-dev on Debian), or build with gcc: CC=gcc.'
          : `Install lib${GCC[sanitizer]} of this compiler, or name another compiler in CC.`,
    },
  );
}

function candidates(compiler: string, sanitizer: Sanitizer): readonly string[] {
  if (compiler !== 'clang') return [`lib${GCC[sanitizer]}.so`];
  const processor = PROCESSORS[process.arch] ?? process.arch;
  const base = `libclang_rt.${CLANG[sanitizer]}`;
  return [`${base}-${processor}.so`, `${base}.so`, `${base}_osx_dynamic.dylib`];
}
