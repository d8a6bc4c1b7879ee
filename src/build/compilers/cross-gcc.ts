import type { Target } from '../../model/target.js';

/**
 * Names of the cross compilers that distributions, Homebrew and the makers of toolchains install for a
 * target, in order of preference. musl's wrapper script makes code for the machine's own processor alone.
 */
export function crossCompilerNames(target: Target, machine: string): readonly string[] {
  const cpu = target.arch === 'x64' ? 'x86_64' : 'aarch64';
  if (target.os === 'windows') {
    return target.arch === 'x64'
      ? ['x86_64-w64-mingw32-gcc', 'x86_64-w64-mingw32-clang']
      : ['aarch64-w64-mingw32-gcc', 'aarch64-w64-mingw32-clang'];
  }
  if (target.os !== 'linux') return [];
  if (target.libc === 'musl') return [...(machine === target.arch ? ['musl-gcc'] : []), `${cpu}-linux-musl-gcc`];
  return [`${cpu}-linux-gnu-gcc`, `${cpu}-unknown-linux-gnu-gcc`, `${cpu}-none-linux-gnu-gcc`];
}
