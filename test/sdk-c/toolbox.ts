import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Warnings that the SDK promises not to have, as errors. */
export const STRICT = '-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'.split(' ');

/** What a plugin is built with as a process, `main` among it. */
const PROCESS = ['cpex_process.c', 'cpex_channel.c', 'cpex_thread.c'];
/** The SDK's host for unit tests, which is no part of a plugin. */
const TEST_HOST = ['cpex_test.c', 'cpex_test_host.c'];

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; a non-zero status is an outcome, not an exception. */
export async function outcomeOf(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; input?: Uint8Array; timeout?: number } = {},
): Promise<Outcome> {
  const pending = run(file, [...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    timeout: options.timeout ?? 120_000,
    maxBuffer: 256 << 20,
  });
  pending.child.stdin?.on('error', () => undefined);
  pending.child.stdin?.end(options.input);
  try {
    return { code: 0, ...(await pending) };
  } catch (error) {
    const failed = error as { code?: unknown; signal?: unknown; stdout?: string; stderr?: string };
    if (typeof failed.code !== 'number' && typeof failed.signal !== 'string') throw error;
    const code = typeof failed.code === 'number' ? failed.code : 128;
    return { code, stdout: failed.stdout ?? '', stderr: `${failed.stderr ?? ''}${failed.signal ?? ''}` };
  }
}

/** True when a command exists and accepts the arguments. */
export async function works(file: string, args: readonly string[], input = ''): Promise<boolean> {
  try {
    return (await outcomeOf(file, args, { input: Buffer.from(input) })).code === 0;
  } catch {
    return false;
  }
}

/** The sample project as a scaffold would lay it out, in a folder of its own. */
export class Workbench {
  readonly folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'cpex-sdk-c-'));
  readonly project = path.join(this.folder, 'project');

  constructor(host = 'cpex') {
    cpSync(path.join(root, 'templates/sdk/c'), path.join(this.project, 'cpex'), { recursive: true });
    cpSync(path.join(root, 'templates/hosts', host, 'c'), this.project, { recursive: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, content: string): string {
    writeFileSync(this.file(name), content);
    return this.file(name);
  }

  /** The SDK's sources; `core` leaves out what belongs to the host profile. */
  sources(part: 'core' | 'all' = 'all'): string[] {
    const folder = path.join(this.project, 'cpex');
    const core = new Set(readdirSync(path.join(root, 'templates/sdk/c')));
    return readdirSync(folder)
      .filter((name) => name.endsWith('.c') && !TEST_HOST.includes(name) && !PROCESS.includes(name))
      .filter((name) => part === 'all' || (core.has(name) && isHostFree(name)))
      .map((name) => path.join(folder, name));
  }

  /** The sources of the SDK's host for unit tests. */
  testSources(): string[] {
    return TEST_HOST.map((name) => path.join(this.project, 'cpex', name));
  }

  /** Compiles a program of `test/sdk-c/programs`, or any other file, together with sources of the SDK. */
  async compile(
    source: string,
    options: { part?: 'core' | 'all'; flags?: readonly string[]; cc?: string; shared?: boolean; extra?: string[] } = {},
  ): Promise<string> {
    const program = this.file(`${path.basename(source, '.c')}-${Math.random().toString(36).slice(2)}`);
    const given = existsSync(source) ? source : path.join(root, 'test/sdk-c/programs', source);
    const args = [
      ...(options.flags ?? []),
      ...['-std=c11', '-g', '-O1', '-I', this.project, '-I', path.join(this.project, 'cpex'), '-D_GNU_SOURCE'],
      ...(options.shared ? ['-shared', '-fPIC', '-fvisibility=hidden'] : []),
      ...[given, ...this.sources(options.part ?? 'core'), ...(options.extra ?? [])],
      ...['-o', program, '-lm', '-ldl', '-pthread'],
    ];
    const built = await outcomeOf(options.cc ?? 'cc', args);
    if (built.code !== 0) throw new Error(`cc failed:\n${built.stderr}`);
    return program;
  }
}

/** Parts of the SDK that need no plugin around them. */
function isHostFree(name: string): boolean {
  return /^cpex_(arena|text|base64|json_\w+|codec)\.c$/.test(name);
}

/** `-fsanitize=address,undefined` where the compiler can link it, else nothing. */
export async function addressSanitizer(bench: Workbench): Promise<string[]> {
  const flags = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];
  const probe = bench.write('sanitizer-probe.c', 'int main(void) { return 0; }\n');
  return (await works('cc', [...flags, probe, '-o', bench.file('sanitizer-probe')])) ? flags : [];
}
