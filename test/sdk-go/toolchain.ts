import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** Why these tests cannot run here; undefined when they can. */
export function missingToolchain(): string | undefined {
  const version = /go(\d+)\.(\d+)/.exec(output('go', ['env', 'GOVERSION']));
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  if (major < 1 || (major === 1 && minor < 21)) return 'Go 1.21 or newer is not installed';
  if (output('cc', ['--version']) === '') return 'no C compiler (cc) is installed';
  return undefined;
}

function output(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
  return result.status === 0 ? result.stdout : '';
}

/** A Go project in a temporary folder: the SDK and the sample plugin, as `cpex new` lays them out. */
export class GoProject {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-sdk-go-'));

  constructor(host: 'cpex' | 'cliproxy' = 'cpex') {
    cpSync(path.join(root, 'templates/hosts', host, 'go'), this.folder, { recursive: true });
    for (const part of host === 'cpex' ? ['go', 'go-strict'] : ['go']) {
      cpSync(path.join(root, 'templates/sdk', part), path.join(this.folder, 'internal/cpex'), { recursive: true });
    }
  }

  /** Copies files of test/sdk-go over the project. */
  add(from: string, to: string): void {
    mkdirSync(path.dirname(path.join(this.folder, to)), { recursive: true });
    cpSync(path.join(import.meta.dirname, from), path.join(this.folder, to), { recursive: true });
  }

  /** Runs a tool in the project. Throws with its output when it fails. */
  run(command: string, ...args: string[]): string {
    const result = spawnSync(command, args, { cwd: this.folder, encoding: 'utf8', timeout: 280_000 });
    if (result.status === 0) return result.stdout;
    throw new Error(`${command} ${args.join(' ')} failed (${result.status}):\n${result.stdout}\n${result.stderr}`);
  }

  /** Builds the shared library and returns its path. */
  build(): string {
    const library = path.join(this.folder, 'plugin.so');
    this.run('go', 'build', '-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-o', library, '.');
    return library;
  }

  /** Builds the C host of these tests and returns its path. */
  buildHost(): string {
    const host = path.join(this.folder, 'host');
    const source = path.join(import.meta.dirname, 'host.c');
    execFileSync('cc', [
      '-std=gnu11',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-rdynamic',
      '-o',
      host,
      source,
      '-ldl',
      '-lpthread',
    ]);
    return host;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
