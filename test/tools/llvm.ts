import { spawnSync } from 'node:child_process';

const found = new Map<string, string | undefined>();

/** Name of a tool of LLVM as Debian or anyone else calls it; undefined where it is missing. */
export function llvmTool(name: string): string | undefined {
  if (!found.has(name)) {
    const names = [`${name}-19`, name];
    found.set(
      name,
      names.find((one) => spawnSync(one, ['--version'], { stdio: 'ignore' }).status === 0),
    );
  }
  return found.get(name);
}

/** Output of one of LLVM's readers, such as `readobj`; undefined where it is not installed. */
export function llvm(reader: string, ...args: readonly string[]): string | undefined {
  const tool = llvmTool(`llvm-${reader}`);
  return tool === undefined ? undefined : spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout;
}
