import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { SESSION_VARIABLE } from '../runtime/process/environment.js';
import type { GuardianLine } from '../runtime/process/guardian.js';
import { groupMembers, processesWithVariable, signalGroup } from '../support/process-group.js';

/** Between two looks at what is left, in milliseconds. */
const PAUSE_MS = 25;
/** How often it looks at most: what cannot be killed in that time waits for a disk or device. */
const MOST_LOOKS = 400;
/** Looks without a find after which nothing more will come up. */
const QUIET_LOOKS = 2;
/** The same when the CLI went away in the middle of a start, on a machine that may be busy. */
const QUIET_LOOKS_STARTING = 20;

interface Guarded {
  leader?: number;
  readonly folders: string[];
}

/**
 * Ends everything that the CLI has started and not seen the end of, when its standard input ends: the other end is
 * held by the CLI alone, so this also happens when the CLI is killed. In a group of its own, so that it outlives what
 * it watches.
 */
async function guard(): Promise<void> {
  const sessions = new Map<string, Guarded>();
  const lines = createInterface({ input: process.stdin.on('error', () => lines.close()) });
  for await (const line of lines) learn(JSON.parse(line) as GuardianLine, sessions);
  if (sessions.size > 0) await end(sessions);
}

function learn(line: GuardianLine, sessions: Map<string, Guarded>): void {
  const [word, token] = line;
  const session = sessions.get(token) ?? { folders: [] };
  if (word === 'forget') sessions.delete(token);
  else sessions.set(token, session);
  if (word === 'guard') session.leader = line[2];
  if (word === 'folder') session.folders.push(line[2]);
}

/** Kills until nothing is found any more: between being forked and being replaced a process shows no mark of its own. */
async function end(sessions: ReadonlyMap<string, Guarded>): Promise<void> {
  const starting = [...sessions.values()].some(({ leader, folders }) => leader === undefined && folders.length === 0);
  const enough = starting ? QUIET_LOOKS_STARTING : QUIET_LOOKS;
  let quiet = 0;
  for (let look = 0; look < MOST_LOOKS && quiet < enough; look++) {
    quiet = killAll(sessions) ? 0 : quiet + 1;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  for (const { folders } of sessions.values()) {
    for (const folder of folders) removeFolder(folder);
  }
}

function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A plugin may make folders in it that nobody can look into; the others go.
  }
}

/** Returns true when there was something to kill. */
function killAll(sessions: ReadonlyMap<string, Guarded>): boolean {
  let found = false;
  for (const [token, { leader }] of sessions) {
    if (leader !== undefined) {
      const killed = signalGroup(leader, 'SIGKILL');
      // A group of nothing but zombies takes signals too, where nobody collects them.
      if (killed && (process.platform !== 'linux' || groupMembers(leader).length > 0)) found = true;
    }
    for (const pid of processesWithVariable(SESSION_VARIABLE, token)) {
      found = true;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }
  return found;
}

void guard();
