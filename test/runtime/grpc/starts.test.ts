import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { GrpcRules } from '../../../src/model/process.js';
import type { Session } from '../../../src/model/session.js';
import { endingError } from '../../../src/runtime/failure.js';
import { makeCertificate } from '../../../src/runtime/grpc/certificates.js';
import { fixturePlugin, named, read, refusalOf, removeFolders, startFixture, write } from './fixture.js';

let session: Session | undefined;
let folder = '';

beforeAll(() => {
  fixturePlugin();
  folder = mkdtempSync(path.join(tmpdir(), 'cpex-grpc-starts-'));
}, 300_000);
afterEach(async () => {
  session?.kill();
  await session?.ended;
  session = undefined;
});
afterAll(() => {
  removeFolders();
  rmSync(folder, { recursive: true, force: true });
});

async function start(...args: Parameters<typeof startFixture>) {
  const started = await startFixture(...args);
  session = started.session;
  return started;
}

interface Refused {
  readonly mode: string;
  readonly stage: string;
  readonly message: string | RegExp;
  readonly evidence?: readonly string[];
  readonly remedy?: string;
  readonly rules?: Partial<GrpcRules>;
}

const REFUSED: readonly Refused[] = [
  {
    mode: 'bad-version',
    stage: 'version',
    message: "Incompatible API version: the plugin's lowest is 4, and the host speaks 1, 2, 3.",
    remedy: 'put 4 in the versions of cpex.yaml',
  },
  {
    mode: 'invalid-rpc-address',
    stage: 'handshake',
    message: 'Unrecognized remote plugin message: "lolinvalid"',
    evidence: ['first line: "lolinvalid"', 'stderr: nothing'],
    remedy: 'Print nothing to stdout before the line of the handshake',
  },
  {
    mode: 'noise',
    stage: 'handshake',
    message: 'Unrecognized remote plugin message: "loading configuration…"',
    remedy: 'logs, banners and warnings belong to stderr',
  },
  {
    mode: 'mock',
    stage: 'connect',
    message: 'Nothing answers on tcp 127.0.0.1:1, where the plugin says that it listens.',
    evidence: ['ECONNREFUSED'],
    remedy: 'Listen before the line of the handshake is printed',
  },
  {
    mode: 'exits',
    stage: 'handshake',
    message: 'The plugin ended with code 1 before it sent its handshake line.',
    evidence: ['FIXTURE_TOKEN is not set'],
  },
  {
    mode: 'panics',
    stage: 'handshake',
    message: 'The plugin ended with code 2 before it sent its handshake line.',
    evidence: ['panic: the configuration has no servers'],
  },
  {
    mode: '',
    rules: { cookie: { key: 'FIXTURE_PLUGIN', value: 'another' } },
    stage: 'handshake',
    message: 'The plugin ended with code 1 before it sent its handshake line.',
    evidence: ['These are not meant to be executed directly.'],
    remedy: 'The plugin does not take the magic cookie FIXTURE_PLUGIN',
  },
  {
    mode: 'netrpc',
    stage: 'handshake',
    message: 'The plugin serves net/rpc, which this host does not speak.',
    remedy: 'Serve gRPC: set GRPCServer in plugin.ServeConfig',
  },
  {
    mode: 'line=1|1|tcp|127.0.0.1:1',
    stage: 'handshake',
    message: 'The plugin names no protocol in the fifth field, which means net/rpc, and this host does not speak that.',
  },
  {
    mode: 'line=1|1|tcp|127.0.0.1:1|json',
    stage: 'handshake',
    message: 'The plugin names the protocol "json", and hosts know grpc and netrpc.',
  },
  {
    mode: 'line=2|1|tcp|127.0.0.1:1|grpc',
    stage: 'version',
    message: 'The plugin speaks version 2 of the handshake, and hosts speak version 1.',
  },
  {
    mode: 'line=1|one|tcp|127.0.0.1:1|grpc',
    stage: 'handshake',
    message: 'Unrecognized remote plugin message: "1|one|tcp|127.0.0.1:1|grpc"',
  },
  {
    mode: 'line=1|1|npipe|there|grpc',
    stage: 'handshake',
    message: 'The plugin names the network "npipe", and hosts know unix and tcp.',
  },
  {
    mode: 'line=1|1|tcp|localhost|grpc',
    stage: 'handshake',
    message: 'The plugin names the address "localhost", which has no port.',
  },
  {
    mode: 'line=1|1|unix||grpc',
    stage: 'handshake',
    message: 'The plugin names no socket.',
  },
  {
    mode: 'line=1|1|unix|/nowhere/at/all|grpc',
    stage: 'connect',
    message: 'Nothing answers on unix /nowhere/at/all, where the plugin says that it listens.',
    evidence: ['ENOENT'],
  },
  {
    mode: 'line=1|1|tcp|127.0.0.1:1|grpc||true',
    stage: 'handshake',
    message: 'The plugin wants to multiplex its connections, which the host did not ask for.',
  },
  {
    mode: 'endless',
    stage: 'handshake',
    message: 'The plugin printed more to stdout than a handshake, and no end of a line.',
    evidence: ['xxxx'],
  },
  {
    mode: 'closes',
    stage: 'handshake',
    message: 'The plugin closed its stdout before it had printed a handshake line.',
    remedy: 'flush it',
  },
  {
    mode: 'no-controller',
    rules: { autoMtls: true },
    stage: 'handshake',
    message: 'The plugin names no certificate in the sixth field, and the host asked for one with PLUGIN_CLIENT_CERT.',
  },
  {
    mode: 'bad-certificate',
    rules: { autoMtls: true },
    stage: 'connect',
    message: /^No secure connection to the plugin on tcp 127\.0\.0\.1:\d+ came about\.$/,
    remedy: 'Serve TLS with the certificate of the sixth field',
  },
];

test.each(REFUSED)('$mode is refused: $message', async ({ mode, rules = {}, ...expected }) => {
  const refused = await refusalOf(startFixture(mode, rules));
  expect(refused.stage).toBe(expected.stage);
  if (typeof expected.message === 'string') expect(refused.message).toBe(expected.message);
  else expect(refused.message).toMatch(expected.message);
  const evidence = (refused.evidence ?? []).join('\n');
  for (const piece of expected.evidence ?? []) expect(evidence).toContain(piece);
  const error = endingError(refused);
  expect(error.code).toBe('CPEX_E_PLUGIN_REFUSED');
  expect(error.remedy).toContain(expected.remedy ?? '');
  expect(error.remedy).not.toBe('');
});

test.each(['start-timeout', 'unfinished'])(
  '%s: silence ends with the limit, and says what was missing',
  async (mode) => {
    const deadlines = { start: 400, call: 1000, stop: 1000 };
    const error = await startFixture(mode, {}, { deadlines }).catch((cause: Error) => cause);
    expect(String(error)).toContain('its handshake line');
    expect(String(error)).toContain('400 ms');
  },
);

test('a plugin that accepts and never answers ends with the limit, and says what was missing', async () => {
  const deadlines = { start: 1500, call: 1000, stop: 1000 };
  const error = await startFixture('mute', {}, { deadlines }).catch((cause: Error) => cause);
  expect(String(error)).toContain('an answer to the first call of the health service');
});

test('TLS that nobody asked for is told apart from an address where nobody listens', async () => {
  const { certificate } = await makeCertificate();
  const refused = await refusalOf(startFixture('', { env: { PLUGIN_CLIENT_CERT: certificate } }));
  expect(refused).toMatchObject({
    stage: 'connect',
    message: 'The plugin serves TLS with a certificate of its own, and the host did not ask for that.',
    remedy: expect.stringContaining('auto_mtls: true'),
  });
});

test('versions are agreed on: the highest that both speak', async () => {
  const { session: on } = await start('', { versions: [5, 1, 2] });
  const { body } = await on.call('plugin.handshake', Buffer.of()).end;
  expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({ version: 1 });
});

test.each([
  ['no-controller', { health: 'SERVING', controller: undefined, stdio: false, reflection: false }],
  ['unsupported-mux', { health: 'SERVING' }],
  ['no-health', { health: 'UNIMPLEMENTED' }],
  ['not-serving', { health: 'NOT_SERVING' }],
])('%s: a plugin that lacks services takes calls, and the handshake tells', async (mode, said) => {
  const { session: on } = await start(mode);
  const { body } = await on.call('plugin.handshake', Buffer.of()).end;
  expect(JSON.parse(Buffer.from(body).toString())).toMatchObject(
    Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  );
  const end = await on.call(named('Echo'), write('Everything', { aString: 'still' })).end;
  expect(read('Everything', end.body)).toEqual({ aString: 'still' });
  expect(await on.stop()).toMatchObject({
    kind: 'hang',
    deadlineMs: 2000,
    phase: 'shutdown',
    inFlight: { method: 'plugin.GRPCController/Shutdown' },
  });
});

test('a plugin that stays after its server has stopped is killed, and one that fails then is told of', async () => {
  const { session: late } = await start('late-exit');
  expect(await late.stop()).toMatchObject({ kind: 'hang', deadlineMs: 2000, phase: 'shutdown' });
  const { session: bad } = await start('bad-exit');
  expect(await bad.stop()).toMatchObject({ kind: 'exit', code: 3, phase: 'shutdown' });
});

test('what a plugin defers happens: the end is a graceful one', async () => {
  const file = path.join(folder, 'cleaned');
  const { session: on } = await start(`cleanup=${file}`);
  expect(await on.stop()).toEqual({ kind: 'clean' });
  expect(readFileSync(file, 'utf8')).toBe('clean');
});

test('no socket and no folder is left, however the session ends', async () => {
  for (const end of ['stop', 'kill'] as const) {
    const { session: on } = await start();
    const { body } = await on.call('plugin.handshake', Buffer.of()).end;
    const { address } = JSON.parse(Buffer.from(body).toString()) as { address: string };
    expect(existsSync(address)).toBe(true);
    await on.call('broker.serve', Buffer.of()).end;
    await (end === 'stop' ? on.stop() : on.kill());
    await on.ended;
    expect(existsSync(path.dirname(address))).toBe(false);
  }
});

test.each([
  ['stderr', 'HELLO\nWORLD\n'],
  ['stderr-json', '[1, 2]\n42\n{"a": 1}\n[WARN] 7\n'],
  ['level-warn-text', '[WARN] test line 98765\n'],
  ['stdin', 'read 0 bytes: EOF\n'],
])('%s: what is written to stderr comes as it is, and entries of the log as text', async (mode, expected) => {
  const { printed } = await start(mode);
  await vi.waitUntil(() => printed.stderr.includes('plugin address'), 10_000);
  expect(printed.stderr.slice(0, expected.length)).toBe(expected);
  expect(printed.stderr).toMatch(/\[DEBUG\] fixture: plugin address: address=\S+ network=unix\n/);
});

test('the environment is that of the host, with and without its own variables', async () => {
  const env = { PATH: process.env.PATH ?? '', FROM_HOST: 'yes', PLUGIN_MULTIPLEX_GRPC: 'true' };
  const asked = async (name: string) => {
    const end = await session?.call(named('Environment'), write('Line', { text: name })).end;
    return end?.code === 0 ? read('Line', end.body).text : undefined;
  };
  await start('', { env: { OWN: '1' } }, { env });
  expect(await asked('FROM_HOST')).toBe('yes');
  expect(await asked('OWN')).toBe('1');
  expect(await asked('PLUGIN_PROTOCOL_VERSIONS')).toBe('1,2,3');
  expect([await asked('PLUGIN_MIN_PORT'), await asked('PLUGIN_MAX_PORT')]).toEqual(['10000', '25000']);
  expect(await asked('PLUGIN_MULTIPLEX_GRPC')).toBeUndefined();
  expect(await asked('PLUGIN_CLIENT_CERT')).toBeUndefined();
  session?.kill();
  await session?.ended;
  await start('', { skipHostEnv: true, env: { OWN: '1' } }, { env });
  expect([await asked('FROM_HOST'), await asked('OWN')]).toEqual([undefined, '1']);
});

test('only the executable that the checksum was made of is started', async () => {
  const value = createHash('sha256').update(readFileSync(fixturePlugin())).digest('hex');
  const { session: on } = await start('', { checksum: { algorithm: 'sha256', value } });
  expect(await on.stop()).toEqual({ kind: 'clean' });
  const wrong = await refusalOf(startFixture('', { checksum: { algorithm: 'sha256', value: 'ab'.repeat(32) } }));
  expect(wrong).toMatchObject({
    stage: 'spawn',
    message: 'The executable is not the one that the checksum was made of.',
    evidence: [`sha256 of the file: ${value}`, `asked for: ${'ab'.repeat(32)}`],
  });
  const empty = await refusalOf(startFixture('', { checksum: { algorithm: 'sha256', value: '' } }));
  expect(empty.message).toBe('No checksum was given for the executable.');
  const unknown = await refusalOf(startFixture('', { checksum: { algorithm: 'sum99', value: 'ab' } }));
  expect(unknown.message).toBe('The sum99 of the executable could not be computed.');
});

test('a folder with a long path for temporary files keeps no plugin from listening', async () => {
  const long = path.join(folder, 'x'.repeat(100));
  mkdirSync(long);
  vi.stubEnv('TMPDIR', long);
  try {
    const { session: on } = await start('', {}, { env: { PATH: process.env.PATH ?? '', TMPDIR: long }, cwd: folder });
    expect(await on.stop()).toEqual({ kind: 'clean' });
  } finally {
    vi.unstubAllEnvs();
  }
});

test('a file that the system cannot run is refused with what it is', async () => {
  const artefact = path.join(folder, 'notes.txt');
  copyFileSync('README.md', artefact);
  const refused = await refusalOf(startFixture('', {}, { artefact }));
  expect(refused.stage).toBe('spawn');
});
