// Memory of the CLI and of the child, as the kernel counts it (VmHWM: the most that was ever
// resident, shared pages included).
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runAlone } from './support/cost.mjs';
import { cpex } from './support/package.mjs';
import { digits, main, mebibytes } from './support/report.mjs';
import { sessionStarter } from './support/sessions.mjs';
import { compileEcho, inWorkspace, makeProject } from './support/workspace.mjs';

const MIB = 2 ** 20;
const CLI = 120 * MIB;
const CHILD = 100 * MIB;
const PAYLOAD = 64 * MIB;
const COPIES = 3;
const NAMES = { c: 'C', go: 'Go', rust: 'Rust' };

export async function measure({ quick = false } = {}) {
  if (process.platform !== 'linux') throw new Error('Memory is read from /proc: measure it on Linux.');
  return inWorkspace(async (folder) => {
    const plugin = compileEcho('c', folder);
    const start = await sessionStarter(folder);
    const rows = [...cliRows(folder, plugin, quick ? MIB : 1024 * MIB), ...(await childRows(start, folder))];
    rows.push(...(await payloadRows(start, plugin)));
    return { title: 'Memory', rows };
  });
}

/** The CLI's own process, from start to end. */
function cliRows(folder, plugin, printed) {
  const project = makeProject('c', folder);
  const env = { CPEX_CODE_CACHE: path.join(folder, 'code') };
  const direct = ['run', '--plugin', plugin, '--host', 'cpex'];
  const row = (what, words, stderr = 'ignore') =>
    sizeRow(`CLI, ${what}`, runAlone([cpex, ...words], { cwd: project, env, stderr }).peak, CLI);
  const print = [...direct, 'print', '-d', String(printed)];
  const printing = `\`cpex run\`, the plugin prints ${mebibytes(printed)}`;
  return [
    row('`cpex build`', ['build', '--force']),
    row('`cpex run`, small payload', [...direct, 'plugin.register']),
    row('`cpex test`', ['test']),
    row(printing, print),
    row(`${printing}, shown through a pipe`, print, 'counted'),
  ];
}

/** The child, after calls through its pool and through its worker thread. */
async function childRows(start, folder) {
  const rows = [];
  for (const language of Object.keys(NAMES)) {
    const plugin = compileEcho(language, folder);
    if (plugin === undefined) continue;
    const session = await start(plugin);
    const request = Buffer.alloc(100, 'x');
    for (let i = 0; i < 1000; i++) await session.call('echo', request).end;
    rows.push(sizeRow(`child, ${NAMES[language]} plugin, 1000 calls of 100 B`, status(session.pid, 'VmHWM'), CHILD));
    await session.stop();
  }
  return rows;
}

/** How many times a large body lies in memory, in this process and in the child together. */
async function payloadRows(start, plugin) {
  const cases = [
    { what: 'request', method: 'sink', make: () => Buffer.alloc(PAYLOAD, 'x') },
    { what: 'reply', method: 'source', make: () => Buffer.from(String(PAYLOAD)) },
  ];
  const rows = [];
  for (const { what, method, make } of cases) {
    for (const path of ['pool', 'worker']) {
      const session = await start(plugin);
      const warm = path === 'pool' ? 1 : 30;
      for (let i = 0; i < warm; i++) await session.call('echo', Buffer.alloc(100, 'x')).end;
      const grown = await growth([process.pid, session.pid], () => session.call(method, make()).end);
      await session.stop();
      const copies = grown / PAYLOAD;
      rows.push({
        what: `${what} of ${mebibytes(PAYLOAD)}, CLI and child together, ${path}`,
        measured: mebibytes(grown),
        value: copies,
        shown: `${digits(copies)} copies`,
        // A fifth of a copy is the noise of two heaps.
        limit: COPIES + 0.2,
        budget: `≤ ${COPIES} copies`,
      });
    }
  }
  return rows;
}

/** Bytes by which the peaks of processes rise above what they hold now, while `work` runs. */
async function growth(pids, work) {
  const before = pids.map((pid) => {
    // Sets the peak back to what is resident now.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return status(pid, 'VmRSS');
  });
  await work();
  return pids.reduce((sum, pid, index) => sum + status(pid, 'VmHWM') - before[index], 0);
}

function status(pid, field) {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`${field}:\\s*(\\d+) kB`).exec(text)?.[1]) * 1024;
}

function sizeRow(what, bytes, limit) {
  return { what, measured: mebibytes(bytes), value: bytes, shown: ' ', limit, budget: `≤ ${limit / MIB} MiB` };
}

await main(import.meta.url, measure);
