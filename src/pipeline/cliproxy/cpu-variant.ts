import { readFile } from 'node:fs/promises';

/** Levels of amd64, highest first, with the processor flags that each needs. */
const LEVELS: readonly { readonly name: string; readonly flags: readonly string[] }[] = [
  { name: 'v4', flags: ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'] },
  { name: 'v3', flags: ['avx', 'avx2', 'bmi1', 'bmi2', 'fma'] },
  { name: 'v2', flags: ['pni', 'ssse3', 'sse4_1', 'sse4_2', 'popcnt'] },
];

/** The level of a processor by its flags, as Linux names them. */
export function variantOf(flags: ReadonlySet<string>): string {
  return LEVELS.find((level) => level.flags.every((flag) => flags.has(flag)))?.name ?? 'v1';
}

/** The variant that old revisions put into a folder's name; only amd64 has them. */
export async function cpuVariant(goarch: string): Promise<string | undefined> {
  if (goarch !== 'amd64') return undefined;
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const line = /^flags\s*:(.*)$/m.exec(text)?.[1] ?? '';
  return variantOf(new Set(line.trim().split(/\s+/)));
}
