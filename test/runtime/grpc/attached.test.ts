import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { ReattachRecord } from '../../../src/model/process.js';
import type { Session } from '../../../src/model/session.js';
import { fixturePlugin, named, read, refusalOf, removeFolders, startFixture, write } from './fixture.js';

let folder = '';
let plugin: ChildProcess | undefined;
let session: Session | undefined;

beforeAll(() => {
  fixturePlugin();
  folder = mkdtempSync(path.join(tmpdir(), 'cpex-grpc-attached-'));
}, 300_000);
afterEach(async () => {
  if (plugin?.exitCode === null && plugin.signalCode === null) {
    plugin.kill('SIGKILL');
    await once(plugin, 'exit');
  }
  await session?.ended;
});
afterAll(() => {
  removeFolders();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the fixture as a debugger does, and returns the record that it tells. */
async function debugged(name: string): Promise<ReattachRecord> {
  const file = path.join(folder, name);
  plugin = spawn(fixturePlugin(), [`debugged=${file}`], { stdio: 'ignore' });
  const text = await vi.waitUntil(
    () => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return false;
      }
    },
    { timeout: 20_000 },
  );
  const said = JSON.parse(text) as { ProtocolVersion: number; Pid: number; Addr: { Network: 'unix'; String: string } };
  return {
    protocol: 'grpc',
    protocolVersion: said.ProtocolVersion,
    pid: said.Pid,
    address: { network: said.Addr.Network, address: said.Addr.String },
    test: true,
  };
}

function alive(): boolean {
  return plugin?.exitCode === null && plugin.signalCode === null;
}

test('a plugin that a debugger runs takes calls and outlives every session', async () => {
  const reattach = await debugged('outlives');
  for (const end of ['stop', 'kill'] as const) {
    ({ session } = await startFixture('', { reattach }));
    expect(session.pid).toBe(reattach.pid);
    const { body } = await session.call(named('Echo'), write('Everything', { aString: end })).end;
    expect(read('Everything', body)).toEqual({ aString: end });
    if (end === 'stop') expect(await session.stop()).toEqual({ kind: 'clean' });
    else session.kill();
    await session.ended;
    expect(alive()).toBe(true);
  }
});

test('the broker serves a plugin that runs already', async () => {
  const reattach = await debugged('broker');
  ({ session } = await startFixture('', { reattach }));
  const { id } = JSON.parse(Buffer.from((await session.call('broker.serve', Buffer.of()).end).body).toString());
  const asked = await session.call(named('AskHost'), write('AskRequest', { brokerId: id, text: 'x' })).end;
  expect(asked.code).toBe(12);
  expect(await session.stop()).toEqual({ kind: 'clean' });
});

test('a limit that passes ends the session and leaves the plugin to its debugger', async () => {
  const reattach = await debugged('limit');
  ({ session } = await startFixture('', { reattach }));
  const call = session.call(named('Misbehave'), write('Line', { text: 'hang' }), { deadline: 200 });
  await expect(call.end).rejects.toMatchObject({ ending: { kind: 'hang', deadlineMs: 200 } });
  expect(alive()).toBe(true);
});

test('the end of the process is the end of the session', async () => {
  const reattach = await debugged('ends');
  ({ session } = await startFixture('', { reattach }));
  plugin?.kill('SIGKILL');
  expect(await session.ended).toMatchObject({ kind: 'exit', phase: 'idle' });
});

test('a plugin that nobody debugs is stopped in order', async () => {
  const reattach = { ...(await debugged('stopped')), test: false };
  ({ session } = await startFixture('', { reattach }));
  expect(await session.stop()).toEqual({ kind: 'clean' });
  await vi.waitUntil(() => !alive(), 10_000);
});

test('a record of a plugin that is gone harms nobody, though its process id belongs to somebody', async () => {
  const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    const address = { network: 'unix', address: path.join(folder, 'gone') } as const;
    const record = { protocol: 'grpc', protocolVersion: 1, pid: bystander.pid ?? 0, address, test: false } as const;
    const refused = await refusalOf(startFixture('', { reattach: record }));
    expect(refused).toMatchObject({
      stage: 'connect',
      message: `Reattachment process not found: nothing answers on unix ${address.address}.`,
    });
    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
  } finally {
    bystander.kill();
  }
});
