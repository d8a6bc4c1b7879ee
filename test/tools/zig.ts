import { execFileSync } from 'node:child_process';

/** zig's executable: named by `ZIG`, on PATH, or in Python's wheel; undefined where none of them answers. */
export const ZIG: string | undefined = [process.env.ZIG, 'zig', wheel()].find(
  (one) => one !== undefined && one !== '' && answer(one, 'version') !== undefined,
);

function wheel(): string | undefined {
  return answer('python3', '-c', 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))');
}

function answer(command: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
