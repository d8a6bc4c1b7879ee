import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import protobuf from 'protobufjs';
import type { GrpcRules } from '../../../src/model/process.js';
import type { Ending, Session, SessionOptions, TraceRecord } from '../../../src/model/session.js';
import { hostTarget } from '../../../src/project/targets/host.js';
import { SessionFailure } from '../../../src/runtime/failure.js';
import { grpcEngine } from '../../../src/runtime/grpc/engine.js';

const SOURCES = path.resolve('test/plugins/go-plugin');
let built: string | undefined;

/** The plugin that is made with the real go-plugin library; compiled where its sources have changed. */
export function fixturePlugin(): string {
  if (built !== undefined) return built;
  const hash = createHash('sha256');
  for (const name of readdirSync(SOURCES, { recursive: true }).map(String).sort()) {
    if (/\.(?:go|mod|sum)$/.test(name)) hash.update(readFileSync(path.join(SOURCES, name)));
  }
  const folder = path.join(tmpdir(), `cpex-test-plugins-${process.getuid?.() ?? 0}`);
  const file = path.join(folder, `go-plugin-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const fresh = `${file}.${process.pid}`;
    const { status, stderr } = spawnSync('go', ['build', '-o', fresh, '.'], { cwd: SOURCES, encoding: 'utf8' });
    if (status !== 0) throw new Error(`The plugin of the tests cannot be compiled:\n${stderr}`);
    renameSync(fresh, file);
  }
  built = file;
  return file;
}

/** The rules of the fixture's application. */
export const RULES: GrpcRules = {
  transport: 'grpc',
  cookie: { key: 'FIXTURE_PLUGIN', value: 'fixture-plugin-v1' },
  versions: [1, 2, 3],
  autoMtls: false,
};

/** What a started session has printed and exchanged. */
export interface Started {
  readonly session: Session;
  readonly printed: { stdout: string; stderr: string };
  readonly trace: TraceRecord[];
}

const folders: string[] = [];

/** Starts the fixture in one of its modes, `''` for the good plugin. */
export async function startFixture(
  mode = '',
  rules: Partial<GrpcRules> = {},
  options: Partial<SessionOptions> = {},
): Promise<Started> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'cpex-grpc-test-'));
  folders.push(cwd);
  const printed = { stdout: '', stderr: '' };
  const trace: TraceRecord[] = [];
  const session = await grpcEngine({ under: [] }).start({
    artefact: fixturePlugin(),
    target: hostTarget().name,
    process: { ...RULES, ...(mode === '' ? {} : { args: [mode] }), ...rules },
    cwd,
    deadlines: { start: 30_000, call: 30_000, stop: 30_000 },
    services: { answer: async () => ({ code: 12, body: Buffer.from('{"message":"not here"}') }) },
    output: (stream, bytes) => {
      printed[stream] += Buffer.from(bytes).toString();
    },
    trace: (record) => trace.push(record),
    ...options,
  });
  return { session, printed, trace };
}

/** Removes the folders of the sessions so far. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** How a start failed. */
export async function refusalOf(started: Promise<Started>): Promise<Ending & { kind: 'refused' }> {
  const ending = await failureOf(started);
  if (ending.kind !== 'refused') throw new Error(`It ended with ${JSON.stringify(ending)}.`);
  return ending;
}

/** The ending that a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Ending> {
  const error = await promise.then(
    () => new Error('It came about.'),
    (cause: unknown) => cause,
  );
  if (error instanceof SessionFailure) return error.ending;
  throw error;
}

const root = protobuf.loadSync(path.join(SOURCES, 'fixture.proto'));

/** A message of the fixture's own package as bytes. */
export function write(type: string, message: object): Uint8Array {
  const known = root.lookupType(`fixture.v1.${type}`);
  return known.encode(known.fromObject(message)).finish();
}

/** Bytes as a message of the fixture's own package. */
export function read(type: string, bytes: Uint8Array): Record<string, unknown> {
  const known = root.lookupType(`fixture.v1.${type}`);
  return known.toObject(known.decode(bytes), { longs: String, bytes: Buffer }) as Record<string, unknown>;
}

/** The full name of one of the fixture's methods. */
export function named(method: string): string {
  return `fixture.v1.Fixture/${method}`;
}
