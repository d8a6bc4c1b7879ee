// A folder for what a benchmark makes: compiled plugins, projects, bundles.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './cost.mjs';
import { cpex } from './package.mjs';

const native = fileURLToPath(new URL('../native', import.meta.url));
const corpus = fileURLToPath(new URL('../../native/corpus/c', import.meta.url));

/** Calls `use` with a fresh folder and removes it afterwards. */
export async function inWorkspace(use) {
  const folder = mkdtempSync(path.join(tmpdir(), 'cpex-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** True when a tool of that name starts. */
export function has(tool) {
  return spawnSync(tool, [tool === 'go' ? 'version' : '--version'], { stdio: 'ignore' }).status === 0;
}

const C_FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra'];

/** Compiles a C program of native/ and returns its path. */
export function compileProgram(name, folder) {
  const program = path.join(folder, name);
  compile('cc', [...C_FLAGS, '-o', program, path.join(native, `${name}.c`), '-ldl']);
  return program;
}

const ECHO = {
  c: (library) => compile('cc', [...C_FLAGS, '-fPIC', '-shared', '-o', library, path.join(native, 'echo.c')]),
  go: (library) => compile('go', ['build', '-buildmode=c-shared', '-o', library, '.'], path.join(native, 'echo-go')),
  rust: (library) =>
    compile('rustc', [
      '--edition',
      '2024',
      '-C',
      'opt-level=3',
      '--crate-type',
      'cdylib',
      '-o',
      library,
      path.join(native, 'echo.rs'),
    ]),
};

/** Compiles the plugin of native/hook.c, which allows or hands the payload back, and returns its path. */
export function compileHook(folder, { handsBack = false } = {}) {
  const library = path.join(folder, handsBack ? 'hands-back.so' : 'allows.so');
  const more = ['-w', '-fPIC', '-shared', '-pthread', '-I', corpus, ...(handsBack ? ['-DHANDS_BACK'] : [])];
  compile('cc', ['-std=gnu11', '-O2', ...more, '-o', library, path.join(native, 'hook.c')]);
  return library;
}

/** Compiles the echo plugin of a language; undefined when its compiler is not there. */
export function compileEcho(language, folder) {
  if (!has({ c: 'cc', go: 'go', rust: 'rustc' }[language])) return undefined;
  const library = path.join(folder, `echo-${language}.so`);
  ECHO[language](library);
  return library;
}

function compile(tool, args, cwd) {
  execFileSync(tool, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Scaffolds a project with the measured cpex and builds it once. */
export function makeProject(language, folder) {
  const name = `bench-${language}`;
  mkdirSync(folder, { recursive: true });
  run([process.execPath, cpex, 'new', name, '--lang', language, '--author', 'Bench', '--no-git'], { cwd: folder });
  const project = path.join(folder, name);
  run([process.execPath, cpex, 'build'], { cwd: project });
  return project;
}
