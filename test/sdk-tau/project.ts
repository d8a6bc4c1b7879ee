import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Language } from '../../src/model/target.js';
import { readTemplate } from '../../src/scaffold/template-files.js';

const fixtures = path.join(import.meta.dirname, 'fixture');
/** Shared by all projects and runs, so that serde is built once. */
const cargoFolder = path.join(import.meta.dirname, '../../node_modules/.cache/sdk-rust');

/** Where the identity stands and the author's code goes, and what fixture takes its place. */
const FILES = {
  go: { identity: 'internal/cpex/identity.go', logic: 'plugin.go', tests: 'plugin_test.go', fixture: 'plugin.go' },
  rust: { identity: 'src/cpex/identity.rs', logic: 'src/plugin.rs', tests: 'src/tests.rs', fixture: 'plugin.rs' },
  c: { identity: 'cpex/identity.h', logic: 'src/plugin.c', tests: 'tests/test_plugin.c', fixture: 'plugin.c' },
} as const;

/** Why plugins in a language cannot be built here; undefined when they can. */
export function missingToolchain(language: Language): string | undefined {
  const tools = { go: ['go', 'version'], rust: ['cargo', '--version'], c: ['cmake', '--version'] } as const;
  const [tool, ...args] = tools[language];
  return spawnSync(tool, args).status === 0 ? undefined : `${tool} is not installed`;
}

/** A project for tau in a temporary folder, as `cpex new` lays it out, with all regions of the template once. */
export class TauProject {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-sdk-tau-'));

  constructor(
    readonly language: Language,
    files: readonly { readonly path: string; readonly text: string }[] = readTemplate({ host: 'tau', language }).files,
  ) {
    for (const { path: name, text } of files) this.write(name, text);
  }

  write(name: string, text: string): void {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /**
   * Replaces the author's code by the fixture, and the plugin's name by `smoke`, as the vectors have it.
   * @param tested whether the unit tests of the fixture take the place of the author's
   */
  useFixture(tested = false): this {
    const { identity, logic, tests, fixture } = FILES[this.language];
    const copy = (from: string, to: string) => this.write(to, readFileSync(path.join(fixtures, from), 'utf8'));
    copy(fixture, logic);
    if (tested) copy(path.basename(tests), tests);
    else if (this.language !== 'c') rmSync(path.join(this.folder, tests));
    const file = path.join(this.folder, identity);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"sample-plugin"', '"smoke"'));
    return this;
  }

  /** Runs a tool in the project. Throws with its output when it fails. */
  run(command: string, ...args: string[]): string {
    const env = { ...process.env, CARGO_TARGET_DIR: path.join(cargoFolder, 'tau'), CARGO_INCREMENTAL: '0' };
    const result = spawnSync(command, args, { cwd: this.folder, encoding: 'utf8', timeout: 280_000, env });
    if (result.status === 0) return result.stdout;
    throw new Error(`${command} ${args.join(' ')} failed (${result.status}):\n${result.stdout}\n${result.stderr}`);
  }

  /** Builds the executable, or another target of C with further words for its compiler, and returns its path. */
  build(macro = '', target = 'sample_plugin'): string {
    const program = path.join(this.folder, 'program');
    if (this.language === 'go') this.run('go', 'build', '-o', program, '.');
    if (this.language === 'rust') {
      this.run('cargo', 'build', '--locked');
      cpSync(path.join(cargoFolder, 'tau/debug/sample-plugin'), program);
    }
    if (this.language === 'c') {
      const folder = path.join(this.folder, `build${macro}`);
      const flags = `-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror ${macro}`;
      this.run('cmake', '-S', '.', '-B', folder, '-DCMAKE_BUILD_TYPE=Debug', `-DCMAKE_C_FLAGS=${flags}`);
      this.run('cmake', '--build', folder, '--target', target);
      return path.join(folder, 'sample-plugin');
    }
    return program;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
