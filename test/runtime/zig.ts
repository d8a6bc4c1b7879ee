import { execFileSync } from 'node:child_process';

/** Path of zig: from `ZIG`, PATH or the Python wheel; undefined when it is not installed. */
export function findZig(): string | undefined {
  const asked: [string, string[]][] = [
    [process.env.ZIG ?? 'zig', ['version']],
    ['python3', ['-c', 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))']],
  ];
  for (const [command, args] of asked) {
    try {
      const said = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
      return args[0] === 'version' ? command : said;
    } catch {
      // The next one.
    }
  }
  return undefined;
}
