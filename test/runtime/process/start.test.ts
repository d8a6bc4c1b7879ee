import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test, vi } from 'vitest';
import type { SessionOptions } from '../../../src/model/session.js';
import { privateFolder } from '../../../src/runtime/process/private-folder.js';
import { type ProcessStart, startProcess } from '../../../src/runtime/process/start.js';
import { groupMembers, processesWithVariable } from '../../../src/support/process-group.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function session(rest: Partial<SessionOptions> = {}): SessionOptions {
  return {
    artefact: process.execPath,
    target: 'linux-x64',
    cwd: folder,
    deadlines: { start: 60_000, call: 60_000, stop: 60_000 },
    services: { answer: () => Promise.reject(new Error('Nothing is asked here.')) },
    ...rest,
  };
}

/** Starts a program for Node. */
function start(program: string, rest: Partial<ProcessStart> = {}) {
  return startProcess({
    argv: [process.execPath, '-e', program],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', GIVEN: 'yes' },
    session: session(),
    takesStdout: true,
    stdin: 'pipe',
    awaits: { stage: 'handshake', what: 'its handshake line' },
    ...rest,
  });
}

test('runs a program in a group of its own, with the environment that it was given and nothing else', async () => {
  const started = await start(
    `console.log(JSON.stringify(process.env)); process.stdin.on('data', (text) => { process.stdout.write('got ' + text); process.stdin.destroy(); });`,
  );
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  const env = JSON.parse((await lines.next()).value) as Record<string, string>;
  expect(env).toEqual({ PATH: process.env.PATH, GIVEN: 'yes', CPEX_SESSION: started.token });
  expect(groupMembers(started.pid)).toContain(started.pid);
  started.up();
  started.stdin?.write('hello\n');
  expect((await lines.next()).value).toBe('got hello');
  started.supervisor.proven();
  expect(await started.supervisor.ended).toEqual({ kind: 'clean' });
  expect(await started.exitCode).toBe(0);
});

test('refuses a program that ends before it is up, with its exit code and what it printed', async () => {
  const started = await start(`console.error('API_KEY is not set'); process.exit(3);`);
  started.stdout.resume();
  expect(await started.supervisor.ended).toMatchObject({
    kind: 'refused',
    stage: 'handshake',
    message: 'The plugin ended with code 3 before it sent its handshake line.',
    evidence: [
      'API_KEY is not set',
      expect.stringMatching(/^file: .*node \(mode 0755, \d+ bytes\): ELF executable for linux /),
    ],
    remedy: expect.stringContaining('process.env of cpex.yaml'),
  });
});

test('refuses a program for what it said, with the exit code where it ends by itself', async () => {
  const ends = await start(`console.log('hm'); console.error('why'); process.exitCode = 4;`);
  ends.stdout.resume();
  const refusal = { stage: 'handshake', message: 'The line is wrong.', evidence: ['line: hm'] } as const;
  expect(await ends.refuse(refusal)).toMatchObject({
    message: 'The line is wrong.',
    evidence: ['line: hm', 'the process ended with code 4', 'why', expect.stringMatching(/^file: /)],
  });
  const stays = await start(`setInterval(() => {}, 1000);`);
  expect(await stays.refuse(refusal)).toMatchObject({ kind: 'refused', message: 'The line is wrong.' });
  expect(groupMembers(stays.pid)).toEqual([]);
});

test('says what did not come when the limit for the start passes', async () => {
  const started = await start(`setInterval(() => {}, 1000);`, {
    session: session({ deadlines: { start: 300, call: 60_000, stop: 60_000 } }),
  });
  expect(await started.supervisor.ended).toMatchObject({
    kind: 'hang',
    deadlineMs: 300,
    awaited: 'its handshake line',
  });
});

test('makes a folder with a short path for one owner alone, and takes it away', () => {
  const { folder: kept, remove } = privateFolder();
  expect(statSync(kept).mode & 0o777).toBe(0o700);
  expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(60);
  writeFileSync(path.join(kept, 'socket'), '');
  remove();
  expect(existsSync(kept)).toBe(false);
});

test('takes along what the program started and left', async () => {
  const started = await start(
    `const { spawn } = require('node:child_process');
     spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
     console.log('left');`,
  );
  started.stdout.resume();
  started.up();
  started.supervisor.proven();
  expect(await started.supervisor.ended).toMatchObject({
    kind: 'clean',
    leftovers: [expect.stringContaining('sleep')],
  });
  await vi.waitUntil(() => processesWithVariable('CPEX_SESSION', started.token).length === 0, { timeout: 10_000 });
});

test('blames no plugin for what no system takes', async () => {
  await expect(start('', { argv: [process.execPath, 'a\0b'] })).rejects.toMatchObject({ code: 'CPEX_E_CHILD_START' });
  const huge = { HUGE: 'x'.repeat(4 * 2 ** 20) };
  await expect(start('', { env: huge })).rejects.toMatchObject({ code: 'CPEX_E_CHILD_START' });
  await expect(start('', { cwd: path.join(folder, 'gone') })).rejects.toMatchObject({ code: 'CPEX_E_CHILD_START' });
});

test('rejects with a refusal where the system starts nothing', async () => {
  const start_ = start('', { argv: [path.join(folder, 'nothing-here')] });
  await expect(start_).rejects.toMatchObject({ ending: { kind: 'refused', stage: 'spawn' } });
});
