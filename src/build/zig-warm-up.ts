import { existsSync } from 'node:fs';
import path from 'node:path';
import { sha256Hex } from '../support/digest.js';
import { ensureFolder, writeFileAtomic } from '../support/files.js';
import { userCacheFolder } from '../support/user-folders.js';
import type { TargetPlan } from './build-model.js';
import type { Environment } from './find-toolchain.js';

/**
 * Files that remember for which of its targets zig has built the C library from source, which it does once for
 * each, with all cores, before it compiles the first line.
 */
export function coldLibraries(plans: readonly TargetPlan[], env: Environment): string[] {
  return plans.flatMap((plan) => {
    const mark = markOf(plan, env);
    return mark === undefined || existsSync(mark) ? [] : [mark];
  });
}

/** Remembers libraries that are there now. Where that fails, the next build waits its turn once more. */
export async function rememberLibraries(marks: readonly string[]): Promise<void> {
  for (const mark of marks) {
    await ensureFolder(path.dirname(mark))
      .then(() => writeFileAtomic(mark, ''))
      .catch(() => {});
  }
}

function markOf({ toolchain: { compiler }, mode }: TargetPlan, env: Environment): string | undefined {
  if (compiler?.source !== 'zig') return undefined;
  const cache = env.ZIG_GLOBAL_CACHE_DIR ?? '';
  const key = sha256Hex(JSON.stringify([compiler.tool.version, compiler.argv, mode, cache]));
  return path.join(userCacheFolder('cpex', env), 'zig-libraries', key.slice(0, 32));
}
