import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildResult } from '../../src/build/build-model.js';
import type { PairReport, TargetsReport } from '../../src/model/doctor.js';
import type { TestReport } from '../../src/model/event.js';
import { LANGUAGES, type Language, type TargetName } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGET_NAMES, TARGETS } from '../../src/project/targets/table.js';
import { bin } from '../shell/cli.js';
import { Readers } from './readers.js';
import { MatrixResults } from './results.js';

/** Every target of a language is built by one call; zig makes the C libraries of some before, for minutes. */
const BUILD_MS = 20 * 60_000;
/** wine prepares its folder before its first program. */
const TEST_MS = 8 * 60_000;

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-matrix-')));
const results = new MatrixResults();
const readers = new Readers();
afterAll(() => {
  results.save(hostTarget().name);
  readers.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built cpex as a script would, without holding up the reports of this worker. */
function cpex(args: readonly string[], cwd: string, timeout: number, env = process.env): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { cwd, timeout, env, maxBuffer: 64 << 20, killSignal: 'SIGKILL' as const };
    execFile(process.execPath, [bin, ...args], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(new Error(`cpex ${args[0]}: ${error.message}`));
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** The result in the object of `--json`, also where the command found fault with something. */
async function json<Result>(args: readonly string[], cwd: string, timeout: number): Promise<Result> {
  const { stdout, stderr } = await cpex([...args, '--json'], cwd, timeout);
  const { result, error } = JSON.parse(stdout) as { result?: Result; error?: unknown };
  if (result === undefined) throw new Error(`cpex ${args.join(' ')}: ${JSON.stringify(error)}\n${stderr}`);
  return result;
}

/** A new project of each language, what the doctor says of its targets, and one build of all that can be. */
class Built {
  private constructor(
    readonly root: string,
    private readonly pairs: ReadonlyMap<TargetName, PairReport>,
    readonly build: BuildResult | undefined,
  ) {}

  static async of(language: Language): Promise<Built> {
    const name = `every-${language}`;
    const made = await cpex(
      ['new', name, '--lang', language, '--author', 'A', '--no-git', '--ci', 'none'],
      folder,
      TEST_MS,
    );
    expect(made).toMatchObject({ code: 0 });
    const root = path.join(folder, name);
    const { pairs } = await json<TargetsReport>(['doctor', '--target', 'all'], root, TEST_MS);
    const ready = pairs.filter(({ state }) => state === 'ready').map(({ target }) => target);
    const named = ready.flatMap((target) => ['--target', target]);
    const build = named.length === 0 ? undefined : await json<BuildResult>(['build', ...named], root, BUILD_MS);
    return new Built(root, new Map(pairs.map((pair) => [pair.target, pair])), build);
  }

  pair(target: TargetName): PairReport {
    const pair = this.pairs.get(target);
    if (pair === undefined) throw new Error(`the doctor does not speak of ${target}`);
    return pair;
  }

  /** The library that was placed; undefined where there is none. */
  fileFor(target: TargetName): string | undefined {
    return this.build?.artefacts.find((one) => one.target === target)?.file;
  }
}

describe.each(LANGUAGES)('%s', (language) => {
  let built: Built;
  beforeAll(async () => {
    built = await Built.of(language);
  }, BUILD_MS + TEST_MS);

  it.for(TARGET_NAMES)(`${language} × %s`, { timeout: TEST_MS }, async (target, { skip }) => {
    const pair = built.pair(target);
    const what = { language, target };
    if (pair.state === 'lacking') {
      const reason = pair.problem?.message ?? '';
      results.set({ ...what, state: 'skipped', reason });
      skip(reason);
    }
    results.set({ ...what, state: 'failed' });
    if (pair.state === 'impossible') {
      await expectRefusal(built.root, target);
      return results.set({ ...what, state: 'impossible', reason: pair.problem?.message ?? '' });
    }
    const facts = { ...what, ...measured(built, pair) };
    results.set({ ...facts, state: 'failed' });
    expectSound(built, target);
    if (pair.run.state === 'native' || pair.run.state === 'runner') {
      await expectPasses(built.root, target);
      const runner = pair.run.state === 'runner' ? { runner: path.basename(pair.run.command[0] ?? '') } : {};
      return results.set({ ...facts, ...runner, state: 'run' });
    }
    results.set({ ...facts, state: 'built', reason: whyNotRun(pair) });
  });

  const seen = `${language} × %s is what other programs read in it`;
  it.for(TARGET_NAMES)(seen, { timeout: TEST_MS }, async (target, { skip }) => {
    const file = built.fileFor(target);
    if (file === undefined) return skip(built.pair(target).problem?.message ?? 'it was not built');
    const lack = readers.lackFor(TARGETS[target]);
    if (lack !== undefined) skip(lack);
    const thin = target === 'darwin-universal' ? (['darwin-x64', 'darwin-arm64'] as const) : [];
    await readers.expectAgreement(
      file,
      thin.flatMap((one) => built.fileFor(one) ?? []),
    );
  });
});

/** Refused for its reason, with a way out, before a tool is looked for. */
async function expectRefusal(root: string, target: TargetName): Promise<void> {
  const { code, stdout } = await cpex(['build', '--target', target, '--json'], root, TEST_MS, { PATH: '' });
  const { ok, error } = JSON.parse(stdout);
  expect({ code, ok, error }).toMatchObject({ code: 2, ok: false, error: { code: 'CPEX_E_BUILD_IMPOSSIBLE' } });
  expect(error.evidence.join(' ')).toMatch(/\w{3,}/);
  expect(error.remedy).toMatch(/\w{3,}/);
}

/** Built, placed alone with its record, for its target and nothing else, and clean. */
function expectSound({ build, root }: Built, target: TargetName): void {
  const failure = build?.failures.find((one) => one.target === target);
  expect(failure?.error).toBeUndefined();
  const artefact = build?.artefacts.find((one) => one.target === target);
  const audit = build?.audits.find((one) => one.target === target || one.file === artefact?.file);
  expect(audit?.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(audit?.target).toBe(target);
  const id = path.basename(root);
  const library = `${id}${TARGETS[target].libraryExtension}`;
  expect(artefact?.file).toBe(path.join(root, 'dist', target, library));
  expect(readdirSync(path.join(root, 'dist', target)).sort()).toEqual(['build.json', library].sort());
}

/** The whole of `cpex test`, on what was built. */
async function expectPasses(root: string, target: TargetName): Promise<void> {
  const { code, stdout, stderr } = await cpex(['test', '--target', target, '--reporter', 'json'], root, TEST_MS);
  const report = (stdout.startsWith('{') ? JSON.parse(stdout) : undefined) as TestReport | undefined;
  const bad = report?.results.filter(({ verdict }) => !['pass', 'skip', 'warn'].includes(verdict)) ?? stderr;
  expect({ bad, code }).toEqual({ bad: [], code: 0 });
  expect(report?.summary.passed).toBeGreaterThan(0);
}

function measured({ build }: Built, { target, compiler, tools }: PairReport) {
  for (const one of tools) results.tool(path.basename(one.path), one.version);
  const tool = compiler ?? tools[0];
  const size = build?.artefacts.find((one) => one.target === target)?.size;
  const time = build?.targets.find((one) => one.target === target)?.durationMs;
  return {
    ...(tool === undefined ? {} : { tool: `${path.basename(tool.path)} ${tool.version}` }),
    ...(size === undefined ? {} : { size }),
    ...(time === undefined ? {} : { seconds: Math.round(time / 100) / 10 }),
  };
}

function whyNotRun({ run }: PairReport): string {
  if (run.state === 'none') return run.reason;
  return run.state === 'missing' ? `${run.what} is missing` : 'the runner that was named cannot be used';
}
