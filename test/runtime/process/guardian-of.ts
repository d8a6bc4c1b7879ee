import { readdirSync, readFileSync } from 'node:fs';

/** The guardians of a process that may be gone: none or one, two while one takes the place of the other. Linux only. */
export function guardianOf(cli: number | undefined): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false;
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words[1]?.endsWith('guardian.cjs') === true && words[2] === String(cli);
      } catch {
        return false;
      }
    });
}
