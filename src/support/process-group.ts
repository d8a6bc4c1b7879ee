import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sends a signal to a child that was spawned `detached` and to everything it started.
 * Returns false when nothing of the group is left. Windows has no groups: the process tree is ended.
 */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  // 0 would be our own group, and 1 everything: neither can be a child of ours.
  if (leader <= 1) return false;
  if (process.platform === 'win32') {
    return spawnSync('taskkill', ['/PID', String(leader), '/T', '/F'], { windowsHide: true }).status === 0;
  }
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // macOS answers EPERM for a group of nothing but zombies.
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

/** Ids of the processes of a group that still run; zombies do not count. Linux only, empty elsewhere. */
export function groupMembers(leader: number): number[] {
  return processes((pid) => {
    const fields = statFields(pid);
    return fields !== undefined && fields.group === leader && fields.state !== 'Z';
  });
}

/** What a child left running: processes of its group, and those that carry its mark though they left the group. */
export interface Offspring {
  readonly group: readonly number[];
  readonly marked: readonly number[];
}

/**
 * The processes of a group that still run, and those whose environment holds `NAME=value`. Zombies do not count.
 * Linux only, empty elsewhere.
 * @param recent the leader was started just now, so that nothing older than it need be looked at
 */
export function offspring(leader: number, name: string, value: string, recent: boolean): Offspring {
  const group: number[] = [];
  const marked: number[] = [];
  const all = processes(() => true);
  // Asked after the list was made. Ids are given out in order until they start anew; then older ones may be higher.
  const newest = recent ? newestProcess() : 0;
  const younger = newest < leader ? all : all.filter((pid) => pid >= leader && pid <= newest);
  const wanted = `${name}=${value}`;
  for (const pid of younger) {
    const fields = statFields(pid);
    if (fields === undefined || fields.state === 'Z') continue;
    if (fields.group === leader) group.push(pid);
    if (environmentOf(pid)?.includes(wanted) === true) marked.push(pid);
  }
  return { group, marked };
}

/** The id that was given out last; 0 where the system does not say. */
function newestProcess(): number {
  return Number(readQuietly('/proc/loadavg')?.trim().split(' ').at(-1)) || 0;
}

/**
 * Ids of running processes whose environment holds `NAME=value`: finds what left the group by
 * `setsid`. Linux only, empty elsewhere.
 */
export function processesWithVariable(name: string, value: string): number[] {
  const wanted = `${name}=${value}`;
  return processes((pid) => {
    return environmentOf(pid)?.includes(wanted) === true && statFields(pid)?.state !== 'Z';
  });
}

/**
 * When a process started, in clock ticks since boot: tells a reused id from its first owner.
 * Undefined when it is gone, and where the system does not say. Linux only.
 */
export function processStart(pid: number): string | undefined {
  return statFields(pid)?.start;
}

/** Command line of a running process, words separated by blanks; undefined when it is gone. Linux only. */
export function processName(pid: number): string | undefined {
  const line = readQuietly(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim();
  return line === '' ? undefined : line;
}

function environmentOf(pid: number): string[] | undefined {
  return readQuietly(`/proc/${pid}/environ`)?.split('\0');
}

function processes(matches: (pid: number) => boolean): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && matches(pid));
}

function statFields(pid: number): { state: string; group: number; start: string | undefined } | undefined {
  const stat = readQuietly(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name may hold spaces and parentheses; the fields start after its last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', group: Number(fields[2]), start: fields[19] };
}

function readQuietly(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
