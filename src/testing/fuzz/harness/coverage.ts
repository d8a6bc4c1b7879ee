import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../../model/context.js';
import type { Project } from '../../../model/manifest.js';
import { temporaryFolder } from '../../../support/files.js';
import { findTool } from '../../../support/find-tool.js';
import { runTool, type ToolResult } from '../../../support/tools.js';
import type { Subject } from '../../subject.js';
import { samplesOf } from '../samples.js';
import { harnessFiles } from './files.js';

/** Milliseconds to build a harness with its plugin. */
const BUILD_MS = 10 * 60_000;

/** Fewer seconds are not worth the build. */
const SHORTEST_S = 5;

/** What a coverage-guided fuzzer came to. */
export interface CoverageRun {
  /** The fuzzer. */
  readonly tool: string;
  /** What was found: a body where the fuzzer keeps one, and what it said. */
  readonly found?: { readonly method?: string; readonly body?: Uint8Array; readonly lines: readonly string[] };
  /** Why it did not run. */
  readonly unproven?: string;
}

/** Builds and runs the fuzzer of the project's language for some seconds. */
export async function fuzzCoverage(subject: Subject, project: Project, context: RunContext): Promise<CoverageRun> {
  const seconds = Math.max(SHORTEST_S, Math.round(subject.durations.fuzz / 1000));
  switch (project.manifest.language) {
    case 'c':
      return libFuzzer(subject, project, seconds, context);
    case 'go':
      return goFuzz(project, seconds, context);
    case 'rust':
      return cargoFuzz(project, seconds, context);
  }
}

/** Builds in a folder of its own: what the project has of a harness stays untouched, and need not be there. */
async function libFuzzer(
  subject: Subject,
  project: Project,
  seconds: number,
  { env, signal }: RunContext,
): Promise<CoverageRun> {
  const tool = 'libFuzzer';
  if ((await findTool('clang', env)) === undefined) return { tool, unproven: 'needs clang, which is not here' };
  const samples = await samplesOf(subject);
  const folder = await temporaryFolder('libfuzzer');
  try {
    for (const { path: name, text } of harnessFiles(project, subject, samples)) {
      const place = path.join(folder.path, ...name.split('/'));
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, text);
    }
    const build = path.join(folder.path, 'build');
    const run = (command: string, args: readonly string[]) =>
      runTool(command, args, { cwd: folder.path, env, signal, timeout: BUILD_MS });
    const settings = ['CMAKE_BUILD_TYPE=Debug', 'BUILD_TESTING=OFF', 'CMAKE_C_COMPILER=clang'];
    const flags = 'CMAKE_C_FLAGS=-O1 -g -fsanitize=fuzzer-no-link,address';
    const configured = [...settings, flags].map((setting) => `-D${setting}`);
    const harness = path.join(build, 'harness');
    const steps: readonly (readonly [string, readonly string[]])[] = [
      ['cmake', ['-S', project.root, '-B', build, ...configured]],
      ['cmake', ['--build', build, '--parallel']],
      ['clang', ['-O1', '-g', '-fsanitize=fuzzer,address', 'fuzz/harness.c', '-ldl', '-o', harness]],
    ];
    for (const [command, args] of steps) {
      const made = await run(command, args);
      if (made.code !== 0) return { tool, unproven: `the harness does not build: ${lastLine(made)}` };
    }
    const library = (await readdir(build, { recursive: true })).find((name) => /\.(so|dylib)$/.test(name));
    if (library === undefined) return { tool, unproven: 'cmake made no library' };
    const methods = [...new Set(samples.map(({ method }) => method))];
    for (const method of methods) {
      const corpus = path.join(folder.path, 'fuzz', 'corpus', encodeURIComponent(method));
      const limit = Math.max(1, Math.round(seconds / methods.length));
      const args = [
        `-max_total_time=${limit}`,
        `-artifact_prefix=${folder.path}/`,
        `-seed=${subject.seed || 1}`,
        corpus,
      ];
      const done = await runTool(harness, args, {
        cwd: folder.path,
        env: {
          ...env,
          CPEX_FUZZ_PLUGIN: path.join(build, library),
          CPEX_FUZZ_METHOD: method,
          // Hosts and runtimes keep memory for good, so leaks are not sure.
          ASAN_OPTIONS: 'detect_leaks=0',
        },
        signal,
        timeout: (limit + 60) * 1000,
      });
      if (done.code !== 0) return { tool, found: await artefact(folder.path, method, project.root, done) };
    }
    return { tool };
  } finally {
    await folder.remove();
  }
}

/** The body that libFuzzer has kept, what it and the sanitizer said of it, and the frames of the plugin. */
async function artefact(folder: string, method: string, root: string, { stderr }: ToolResult) {
  const name = (await readdir(folder)).find((one) => /^(crash|timeout|oom|leak)-/.test(one));
  const telling = (line: string) =>
    /^(==\d+==\s*ERROR|SUMMARY:)/.test(line) || (/^\s+#\d+ /.test(line) && line.includes(root));
  const lines = stderr.split('\n').filter(telling);
  const body = name === undefined ? {} : { body: new Uint8Array(await readFile(path.join(folder, name))) };
  return { method, lines: lines.slice(0, 12), ...body };
}

async function goFuzz({ root }: Project, seconds: number, { env, signal }: RunContext): Promise<CoverageRun> {
  const tool = 'go test -fuzz';
  if (!(await isFile(path.join(root, 'fuzz_test.go')))) return { tool, unproven: noHarness('fuzz_test.go') };
  const args = ['test', '-run=^$', '-fuzz=^FuzzCall$', `-fuzztime=${seconds}s`, '.'];
  const done = await runTool('go', args, { cwd: root, env, signal, timeout: BUILD_MS + seconds * 1000 });
  if (done.missing) return { tool, unproven: 'needs go, which is not here' };
  if (done.code === 0) return { tool };
  const lines = `${done.stdout}\n${done.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return { tool, found: { lines: lines.slice(-12) } };
}

async function cargoFuzz({ root }: Project, seconds: number, { env, signal }: RunContext): Promise<CoverageRun> {
  const tool = 'cargo-fuzz';
  if (!(await isFile(path.join(root, 'fuzz', 'Cargo.toml')))) return { tool, unproven: noHarness('fuzz/Cargo.toml') };
  const about = { cwd: root, env, signal, timeout: BUILD_MS };
  const there = await runTool('cargo', ['fuzz', '--version'], about);
  if (there.code !== 0) return { tool, unproven: 'needs cargo-fuzz, which is not here' };
  const run = ['+nightly', 'fuzz', 'run', 'call', '--', `-max_total_time=${seconds}`];
  const done = await runTool('cargo', run, { ...about, timeout: BUILD_MS + seconds * 1000 });
  if (done.code === 0) return { tool };
  return { tool, found: { lines: done.stderr.trimEnd().split('\n').slice(-12) } };
}

function noHarness(file: string): string {
  return `needs ${file}: cpex fuzz --harness writes it`;
}

function lastLine({ stdout, stderr }: ToolResult): string {
  return `${stdout}\n${stderr}`.trimEnd().split('\n').at(-1) ?? '';
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (facts) => facts.isFile(),
    () => false,
  );
}
