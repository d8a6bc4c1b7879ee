import path from 'node:path';
import { sourceRoot } from '../../project/source-root.js';
import { CpexError } from '../../support/errors.js';
import { exists } from '../../support/files.js';
import { runTool } from '../../support/tools.js';
import type { ToolFound } from '../build-model.js';
import type { Environment } from '../find-toolchain.js';
import type { ToolchainRequest } from '../toolchains/toolchain.js';

/** Time for rustc to answer, in milliseconds. */
const ASK_MS = 30_000;

/** Variables under which rustup's commands are those of a nightly Rust, which alone knows -Zsanitizer. */
export function nightlyVariables(env: Environment): Environment {
  return { ...env, RUSTUP_TOOLCHAIN: 'nightly' };
}

/**
 * Makes sure that rustc is a nightly one, and for threads that the source of the standard library is there: without
 * being built anew it would be full of races that are none.
 * @throws CpexError `CPEX_E_SANITIZER_RUNTIME`
 */
export async function requireNightly(request: ToolchainRequest, rustc: ToolFound): Promise<void> {
  const { env, signal, sanitizer, project } = request;
  const ask = async (...args: string[]) => {
    const said = await runTool(rustc.path, args, { timeout: ASK_MS, env, signal, cwd: sourceRoot(project) });
    return said.code === 0 ? said.stdout.trim() : '';
  };
  const version = await ask('--version');
  if (!version.includes('nightly')) {
    throw lacking(
      'Rust has sanitizers only in a nightly toolchain, which is not here.',
      version === '' ? 'rustup lists no nightly toolchain' : `${rustc.path} is ${version}`,
      'rustup toolchain install nightly',
    );
  }
  if (sanitizer !== 'thread') return;
  const sources = path.join(await ask('--print', 'sysroot'), 'lib', 'rustlib', 'src', 'rust', 'library');
  if (await exists(sources)) return;
  throw lacking(
    "The sources of Rust's standard library are not here, which --sanitize thread has to build anew.",
    `${sources} is not there`,
    'rustup component add rust-src --toolchain nightly',
  );
}

function lacking(message: string, reason: string, remedy: string): CpexError {
  return new CpexError('CPEX_E_SANITIZER_RUNTIME', message, { evidence: [reason], remedy });
}
