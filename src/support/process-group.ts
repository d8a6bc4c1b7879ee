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

/**
 * Ids of running processes whose environment holds `NAME=value`: finds what left the group by
 * `setsid`. Linux only, empty elsewhere.
 */
export function processesWithVariable(name: string, value: string): number[] {
  const wanted = `${name}=${value}`;
  return processes((pid) => {
    const environment = readQuietly(`/proc/${pid}/environ`);
    return environment?.split('\0').includes(wanted) === true && statFields(pid)?.state !== 'Z';
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
