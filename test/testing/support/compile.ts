import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const here = path.resolve(import.meta.dirname, '../../plugins');
/** The plugins of the self-test. */
const corpus = path.resolve(import.meta.dirname, '../../../native/corpus');
const corpusC = path.join(corpus, 'c');

/** Compiles `native/corpus/c/NAME.c`, or `test/plugins/NAME.c`, into `FOLDER/NAME/plugin.so` and returns that path. */
export function compileC(name: string, folder: string): string {
  const library = libraryPath(name, folder);
  const flags = ['-shared', '-fPIC', '-O1', '-w', '-pthread', '-fvisibility=hidden'];
  const source = [corpusC, here].map((folder) => path.join(folder, `${name}.c`)).find(existsSync);
  if (source === undefined) throw new Error(`There is no plugin ${name}.`);
  execFileSync('cc', [...flags, '-I', corpusC, '-o', library, source], { stdio: 'inherit' });
  return library;
}

/** Compiles a C plugin from text that may include `good.h`. */
export function compileText(name: string, source: string, folder: string): string {
  const library = libraryPath(name, folder);
  const file = path.join(path.dirname(library), 'plugin.c');
  writeFileSync(file, source);
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-w', '-pthread', '-I', corpusC, '-o', library, file], {
    stdio: 'inherit',
  });
  return library;
}

/** Compiles `native/corpus/go/NAME.go` with its preamble `abi.go`. */
export function compileGo(name: string, folder: string): string {
  const library = libraryPath(name, folder);
  const source = path.join(path.dirname(library), 'source');
  for (const file of ['go.mod', 'abi.go', `${name}.go`]) {
    cpSync(path.join(corpus, 'go', file), path.join(source, file), { recursive: true });
  }
  const args = ['build', '-buildmode=c-shared', '-trimpath', '-o', library, '.'];
  execFileSync('go', args, { cwd: source, stdio: 'inherit' });
  return library;
}

/** Compiles `native/corpus/rust/NAME.rs`. */
export function compileRust(name: string, folder: string): string {
  const library = libraryPath(name, folder);
  const source = path.join(corpus, 'rust', `${name}.rs`);
  execFileSync('rustc', ['--edition', '2024', '--crate-type', 'cdylib', '-o', library, source], { stdio: 'inherit' });
  return library;
}

/** Compiles `test/plugins/cliproxy-go`, with its faults when asked, into `FOLDER/…/relay.so`. */
export function compileGoRelay(folder: string, faults = false): string {
  const library = path.join(path.dirname(libraryPath(`relay-go-${faults}`, folder)), 'relay.so');
  const args = [
    'build',
    '-buildmode=c-shared',
    '-trimpath',
    ...(faults ? ['-tags', 'faults'] : []),
    '-o',
    library,
    '.',
  ];
  execFileSync('go', args, { cwd: path.join(here, 'cliproxy-go'), stdio: 'inherit' });
  return library;
}

/** Compiles `test/plugins/cliproxy-rust`, with its faults when asked, into `FOLDER/…/relay.so`. */
export function compileRustRelay(folder: string, faults = false): string {
  const library = path.join(path.dirname(libraryPath(`relay-rust-${faults}`, folder)), 'relay.so');
  const source = path.join(here, 'cliproxy-rust', 'relay.rs');
  const args = ['--edition', '2024', '--crate-type', 'cdylib', '--check-cfg', 'cfg(faults)'];
  execFileSync('rustc', [...args, ...(faults ? ['--cfg', 'faults'] : []), '-o', library, source], { stdio: 'inherit' });
  return library;
}

/** A plugin's file is called after its id, so each has a folder of its own. */
function libraryPath(name: string, folder: string): string {
  const place = path.join(folder, 'built', name.replaceAll('/', '-'));
  mkdirSync(place, { recursive: true });
  return path.join(place, 'plugin.so');
}

/** Why tests that need these tools are skipped here; undefined when all are there. */
export function missingTools(...tools: readonly string[]): string | undefined {
  const missing = tools.filter((tool) => spawnSync(tool, [tool === 'go' ? 'version' : '--version']).status !== 0);
  return missing.length === 0 ? undefined : `no ${missing.join(', no ')}`;
}
