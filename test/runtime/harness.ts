import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ending, Engine, HostServices, Session, SessionOptions, TraceRecord } from '../../src/model/session.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { SessionFailure } from '../../src/runtime/failure.js';
import { compileGoHost } from '../../src/runtime/gohost/compile.js';
import { goEngine } from '../../src/runtime/gohost/engine.js';
import { type NativeEngineOptions, nativeEngine } from '../../src/runtime/native/engine.js';
import { compileProbe } from '../../src/runtime/probe/compile.js';
import { probeEngine } from '../../src/runtime/probe/engine.js';
import type { ReadyProbe } from '../../src/runtime/probe/program.js';
import { stdioEngine } from '../../src/runtime/stdio/engine.js';
import { groupMembers } from '../../src/support/process-group.js';

const sources = path.join(import.meta.dirname, 'plugins');
const templates = path.join(import.meta.dirname, '../../templates');
const sdk = path.join(templates, 'sdk/c');
const processMain = path.join(templates, 'hosts/cpex/c/cpex');

/** An engine that a suite runs over; the options are for the one that takes them. */
export interface EngineKit {
  readonly name: 'koffi' | 'probe' | 'go' | 'frames';
  /** The host itself says more on stderr when its process ends by a signal, and runs no destructors at its end. */
  readonly tracing?: true;
  /** The plugin is a program that speaks in frames: `main` of the C SDK calls what hosts of libraries call. */
  readonly program?: true;
  make(folder: string, options: NativeEngineOptions): Promise<Engine>;
}

export const koffiKit: EngineKit = { name: 'koffi', make: async (_folder, options) => nativeEngine(options) };

export const probeKit: EngineKit = {
  name: 'probe',
  make: async (folder) => probeEngine(() => ownProbe(folder)),
};

export const goKit: EngineKit = {
  name: 'go',
  tracing: true,
  make: async (folder) => goEngine(() => ownGoHost(folder)),
};

export const framesKit: EngineKit = {
  name: 'frames',
  program: true,
  make: async () => stdioEngine({ under: [] }),
};

/** The reference host in Go, built once for a test file by the Go of the machine. */
function ownGoHost(cache: string): Promise<string> {
  const version = toolchain('go', 'version')?.split(' ')[2] ?? '';
  return compileGoHost({ go: { version, path: 'go' }, cache: path.join(cache, 'cache'), env: process.env });
}

/** The probe for this machine, compiled once for a test file and with all warnings as errors. */
export async function ownProbe(cache: string): Promise<ReadyProbe> {
  const tool = { name: 'gcc', version: '0', path: '/usr/bin/cc' };
  const argv = ['cc', '-Wall', '-Wextra', '-Werror'];
  const compiler = { source: 'native', tool, argv };
  const file = await compileProbe({
    target: hostTarget(),
    compiler,
    cache: path.join(cache, 'cache'),
    env: process.env,
  });
  return { argv: [], file, env: {}, windows: false };
}

/** A folder for one test file, and what is compiled and started in it. */
export class Bench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-runtime-'));
  private readonly started: number[] = [];

  constructor(private readonly kit: EngineKit = koffiKit) {}

  /** Compiles a C plugin and returns the path of the library, or of the program for engines that start one. */
  compile(name: string): string {
    if (this.kit.program === true) return this.compileProgram(name);
    const library = path.join(this.folder, `${name}.so`);
    const flags = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-O1', '-g', '-fPIC', '-shared', '-pthread'];
    execFileSync('cc', [...flags, '-o', library, path.join(sources, `${name}.c`)], { stdio: 'inherit' });
    return library;
  }

  private compileProgram(name: string): string {
    const program = path.join(this.folder, name);
    const flags = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-O1', '-g', '-fPIE', '-pie', '-pthread'];
    const includes = [`-I${sdk}`, `-I${processMain}`];
    const files = [
      ...['arena', 'json_number', 'json_read', 'json_read_keys', 'json_read_scalar', 'json_value', 'text'].map((file) =>
        path.join(sdk, `cpex_${file}.c`),
      ),
      ...['channel', 'process', 'thread'].map((file) => path.join(processMain, `cpex_${file}.c`)),
      path.join(sources, `${name}.c`),
    ];
    execFileSync('cc', [...flags, ...includes, '-o', program, ...files], { stdio: 'inherit' });
    return program;
  }

  compileGo(folder: string): string {
    const library = path.join(this.folder, `${folder}.so`);
    const args = ['build', '-buildmode=c-shared', '-o', library, '.'];
    execFileSync('go', args, { cwd: path.join(sources, folder), stdio: 'inherit' });
    return library;
  }

  compileRust(name: string): string {
    const library = path.join(this.folder, `${name}-rust.so`);
    const args = ['--edition', '2024', '--crate-type', 'cdylib', '-o', library, path.join(sources, `${name}.rs`)];
    execFileSync('rustc', args, { stdio: 'inherit' });
    return library;
  }

  /** Starts a session whose services echo, unless the test says otherwise. */
  async start(
    artefact: string,
    options: Partial<SessionOptions> = {},
    engine: NativeEngineOptions = {},
  ): Promise<Session> {
    const session = await (await this.kit.make(this.folder, engine)).start({
      artefact,
      target: 'linux-x64',
      native: { entry: 'cpex_plugin_init', abiVersion: 1 },
      process: { transport: 'stdio', wire: 'cpex-frames', abiVersion: 1 },
      cwd: this.folder,
      deadlines: { start: 20_000, call: 20_000, stop: 20_000 },
      services: echoServices,
      ...options,
    });
    this.started.push(session.pid);
    return session;
  }

  /** Processes of the sessions of this file that still run. */
  leftovers(): number[] {
    return this.started.flatMap((pid) => groupMembers(pid));
  }

  /** The pid that the plugin wrote into a file of the working folder. */
  pidFrom(file: string): number {
    return Number(readFileSync(path.join(this.folder, file), 'utf8'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The version line of a toolchain, or undefined when it is not installed. */
export function toolchain(command: string, flag: string): string | undefined {
  try {
    return execFileSync(command, [flag], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Environment for the plugin `behaviour`: what it does outside of calls. */
export function behave(words: string, more: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? '', CPEX_TEST: words, ...more };
}

export const echoServices: HostServices = {
  answer: (_method, request) => Promise.resolve({ code: 0, body: request }),
};

/** The ending that a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<Ending> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SessionFailure) return error.ending;
    throw error;
  }
  throw new Error('It was expected to fail and did not.');
}

export function text(body: Uint8Array): string {
  return Buffer.from(body).toString();
}

/** A listener that collects what crosses, in words. */
export function collectTrace(): { readonly records: TraceRecord[]; readonly trace: (record: TraceRecord) => void } {
  const records: TraceRecord[] = [];
  return { records, trace: (record) => records.push(record) };
}

/** True while a process runs; zombies do not. */
export function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}
