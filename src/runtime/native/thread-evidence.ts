import { readdirSync, readFileSync } from 'node:fs';

/**
 * What the threads of a process are doing: name, state and where in the kernel they wait. Threads
 * that do the same share a line: the host's own pool would hide the one that matters. Linux only.
 */
export function threadEvidence(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  const threads = new Map<string, string[]>();
  try {
    for (const thread of readdirSync(folder)) {
      const name = read(`${folder}/${thread}/comm`);
      const stat = read(`${folder}/${thread}/stat`);
      const state = STATES[stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)] ?? 'unknown';
      const wait = read(`${folder}/${thread}/wchan`);
      const doing = `${name}: ${state}${wait === '' || wait === '0' ? '' : ` in ${wait}`}`;
      threads.set(doing, [...(threads.get(doing) ?? []), thread]);
    }
  } catch {
    return [];
  }
  return [...threads].map(([doing, ids]) =>
    ids.length === 1 ? `thread ${ids[0]} ${doing}` : `${ids.length} threads ${doing}`,
  );
}

const STATES: Record<string, string> = {
  R: 'running',
  S: 'waiting',
  D: 'waiting for a disk or device',
  T: 'stopped',
  t: 'stopped by a debugger',
  Z: 'ended',
};

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
