import type { ToolchainIdentity } from '../build-model.js';
import type { ToolchainRequest } from '../toolchains/toolchain.js';

/** What a C compiler and its linker are told for a sanitizer; nothing without one. */
export function sanitizeFlags({ sanitizer }: ToolchainRequest, { compiler }: ToolchainIdentity): readonly string[] {
  if (sanitizer === undefined) return [];
  // gcc's run-time library is always a shared one. clang's has to be: there is to be one in the process.
  const shared = compiler?.tool.name === 'clang' ? ['-shared-libsan'] : [];
  return [`-fsanitize=${sanitizer}`, '-fno-omit-frame-pointer', ...shared];
}
