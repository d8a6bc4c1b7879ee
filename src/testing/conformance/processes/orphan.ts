import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { GrpcRules } from '../../../model/process.js';
import { onExit } from '../../../support/cleanup.js';
import { temporaryFolder } from '../../../support/files.js';
import { processesWithVariable } from '../../../support/process-group.js';

/** How long a plugin has to notice, in milliseconds: twice what a watch takes that looks every second. */
const NOTICE_MS = 3000;
/** How long it has to come up, in milliseconds. */
const UP_MS = 10_000;
/** Between two looks at it, in milliseconds. */
const LOOK_MS = 50;

/** Marks the processes of this test. */
const MARK = 'CPEX_ORPHAN_TEST';

/** A host that starts the plugin, hands on its first line and is killed then: it has nothing that would end the plugin. */
const HOST = `
const { spawn } = require('node:child_process');
const plugin = spawn(process.argv[1], JSON.parse(process.argv[2]), { stdio: ['ignore', 'pipe', 'ignore'] });
plugin.stdout.once('data', (bytes) => process.stdout.write(bytes));
setInterval(() => {}, 1000);
`;

/** Whether a plugin goes on running when its host is killed. It is ended in any case. */
export async function outlivesHost(
  artefact: string,
  { cookie, versions, args = [], env = {} }: GrpcRules,
): Promise<{ readonly outlived: boolean; readonly unproven?: string }> {
  if (process.platform !== 'linux') return { outlived: false, unproven: 'only Linux tells which processes are left' };
  const mark = randomBytes(12).toString('hex');
  const folder = await temporaryFolder('t');
  const host = spawn(process.execPath, ['-e', HOST, artefact, JSON.stringify(args)], {
    cwd: folder.path,
    detached: true,
    env: {
      ...process.env,
      ...env,
      TMPDIR: folder.path,
      [cookie.key]: cookie.value,
      PLUGIN_PROTOCOL_VERSIONS: versions.join(','),
      PLUGIN_MIN_PORT: '10000',
      PLUGIN_MAX_PORT: '25000',
      [MARK]: mark,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const end = () => {
    host.kill('SIGKILL');
    for (const pid of processesWithVariable(MARK, mark)) kill(pid);
  };
  const forget = onExit(end);
  try {
    if (!(await firstLine(host))) return { outlived: false, unproven: 'the plugin did not come up' };
    const gone = new Promise((resolve) => host.once('exit', resolve));
    host.kill('SIGKILL');
    await gone;
    return { outlived: await lives(mark) };
  } finally {
    end();
    forget();
    await folder.remove();
  }
}

/** Whether something came that ends as a line does, before the host or its time ended. */
async function firstLine(host: ChildProcess): Promise<boolean> {
  const { stdout } = host;
  if (stdout === null) return false;
  const timer = setTimeout(() => host.kill('SIGKILL'), UP_MS);
  try {
    for await (const _ of createInterface({ input: stdout })) return true;
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a process of the test is there until the time is over. */
async function lives(mark: string): Promise<boolean> {
  const until = performance.now() + NOTICE_MS;
  while (performance.now() < until) {
    if (processesWithVariable(MARK, mark).length === 0) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
