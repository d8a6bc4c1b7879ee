import { readdirSync, readFileSync } from 'node:fs';

/** What the system says of one thread. */
export interface ThreadState {
  readonly id: number;
  /** Its name, state and where in the kernel it waits. */
  readonly doing: string;
}

/** What threads said of themselves, in words. */
export interface ThreadStacks {
  /** By thread: who it is, and its functions of the plugin, one per line. */
  readonly threads: ReadonlyMap<number, { readonly who: string; readonly lines: readonly string[] }>;
  /** Threads of the host that are beside the point. */
  readonly aside: ReadonlySet<number>;
}

/** What the threads of a process are doing. Linux only, empty elsewhere. */
export function threadStates(pid: number): ThreadState[] {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).map((thread) => {
      const name = read(`${folder}/${thread}/comm`);
      const stat = read(`${folder}/${thread}/stat`);
      const state = STATES[stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)] ?? 'unknown';
      const wait = read(`${folder}/${thread}/wchan`);
      return { id: Number(thread), doing: `${name}: ${state}${wait === '' || wait === '0' ? '' : ` in ${wait}`}` };
    });
  } catch {
    return [];
  }
}

/**
 * Threads in words. Those with functions of the plugin come first, each with its stack below it; others that do the same
 * share a line: the host's own pool would hide the one that matters.
 */
export function describeThreads(states: readonly ThreadState[], stacks?: ThreadStacks): string[] {
  const told: string[] = [];
  const others = new Map<string, number[]>();
  for (const { id, doing } of states) {
    if (stacks?.aside.has(id) === true) continue;
    const { who = '', lines = [] } = stacks?.threads.get(id) ?? {};
    if (lines.length === 0) others.set(doing, [...(others.get(doing) ?? []), id]);
    else told.push(`thread ${id} ${doing}${who === '' ? '' : `, ${who}`}`, ...lines.map((line) => `  ${line}`));
  }
  const rest = [...others].map(([doing, ids]) =>
    ids.length === 1 ? `thread ${ids[0]} ${doing}` : `${ids.length} threads ${doing}`,
  );
  return [...told, ...rest];
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
