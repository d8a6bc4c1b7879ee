import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Repetitions, renderRegions } from '../../src/scaffold/regions.js';

const root = path.resolve(import.meta.dirname, '../..');
/** Shared by all projects and runs, so that serde is built once. */
const targetFolder = path.join(root, 'node_modules/.cache/sdk-rust');

/** Why these tests cannot run here; undefined when they can. */
export function missingToolchain(): string | undefined {
  const version = /^cargo 1\.(\d+)\./.exec(output('cargo', ['--version']));
  if (Number(version?.[1] ?? 0) < 85) return 'Rust 1.85 or newer is not installed';
  for (const part of ['fmt', 'clippy']) {
    if (output('cargo', [part, '--version']) === '') return `cargo ${part} is not installed`;
  }
  if (output('cc', ['--version']) === '') return 'no C compiler (cc) is installed';
  return undefined;
}

function output(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
  return result.status === 0 ? result.stdout : '';
}

/** A Rust project in a temporary folder: the SDK and the sample plugin, as `cpex new` lays them out. */
export class RustProject {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-sdk-rust-'));

  /**
   * @param name of the crate: distinct, because all crates share one target folder
   * @param layOut writes the project's files, by default those of the template for `cpex`
   */
  constructor(
    readonly name: string,
    layOut: (project: RustProject) => void = layOutTemplate,
  ) {
    layOut(this);
  }

  edit(file: string, change: (text: string) => string): void {
    const at = path.join(this.folder, file);
    writeFileSync(at, change(readFileSync(at, 'utf8')));
  }

  /** Repeats the regions of the logic and its tests, as `cpex new` does. */
  render(repetitions: Repetitions): void {
    for (const file of ['src/lib.rs', 'src/tests.rs']) this.edit(file, (text) => renderRegions(text, repetitions));
  }

  /** Puts the unit tests of a folder inside the SDK, where they see all of it. */
  addSdkTests(generated: string, tests = 'unit'): void {
    const folder = path.join(this.folder, 'src/cpex/sdk_tests');
    mkdirSync(folder);
    cpSync(path.join(import.meta.dirname, tests), folder, { recursive: true });
    writeFileSync(path.join(folder, 'round_trips.rs'), generated);
    appendFileSync(path.join(this.folder, 'src/cpex/mod.rs'), '\n#[cfg(test)]\nmod sdk_tests;\n');
  }

  /** Replaces the author's logic by that of test/sdk-rust/probe. */
  useProbe(): void {
    cpSync(path.join(import.meta.dirname, 'probe/lib.rs'), path.join(this.folder, 'src/lib.rs'));
    rmSync(path.join(this.folder, 'src/tests.rs'));
  }

  /** Runs cargo in the project. Throws with its output when it fails. */
  cargo(...args: string[]): string {
    const result = spawnSync('cargo', args, {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 280_000,
      env: { ...process.env, CARGO_TARGET_DIR: targetFolder, CARGO_INCREMENTAL: '0', RUST_BACKTRACE: '0' },
    });
    if (result.status === 0) return result.stdout;
    throw new Error(`cargo ${args.join(' ')} failed (${result.status}):\n${result.stdout}\n${result.stderr}`);
  }

  /** Builds the shared library and returns its path. */
  build(profile: 'release' | 'debug' = 'release'): string {
    this.cargo('build', '--locked', ...(profile === 'release' ? ['--release'] : []));
    return path.join(targetFolder, profile, `lib${this.name.replaceAll('-', '_')}.so`);
  }

  /** Builds the C host of these tests and returns its path. */
  buildHost(): string {
    const host = path.join(this.folder, 'host');
    const source = path.join(import.meta.dirname, 'host.c');
    execFileSync('cc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-o', host, source, '-ldl', '-lpthread']);
    return host;
  }

  /** Removes the project and what cargo built of it. */
  remove(): void {
    this.cargo('clean', '-p', this.name);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function layOutTemplate(project: RustProject): void {
  const { folder, name } = project;
  cpSync(path.join(root, 'templates/hosts/cpex/rust'), folder, { recursive: true });
  cpSync(path.join(root, 'templates/sdk/rust'), path.join(folder, 'src/cpex'), { recursive: true });
  for (const file of ['Cargo.toml', 'Cargo.lock']) {
    project.edit(file, (text) => text.replace('name = "sample-plugin"', `name = "${name}"`));
  }
}
