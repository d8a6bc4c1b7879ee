import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { RunContext } from '../model/context.js';
import type { TestResult } from '../model/event.js';
import type { Project } from '../model/manifest.js';
import { sourceRoot } from '../project/source-root.js';
import { temporaryFolder } from '../support/files.js';
import { splitWords } from '../support/split-words.js';
import { runTool, type ToolResult } from '../support/tools.js';
import { NO_RACE_DETECTOR } from './sanitizers/race-tests.js';

/** A language's own test runner, and how its output shows that tests really ran. */
interface NativeRunner {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  /** Variables on top of the caller's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly ran: RegExp;
  /** What runs in its place on a machine about which it says that it cannot. */
  readonly otherwise?: { readonly says: RegExp; readonly runner: NativeRunner };
}

/** Limit of each command, compiling included, in milliseconds. */
const LIMIT_MS = 15 * 60_000;

/** Limit for a program that does nothing, in milliseconds. */
const COMPILE_MS = 60_000;

/** Lines of a failing runner's output to keep as evidence. */
const EVIDENCE_LINES = 40;

/**
 * Runs the language's own unit tests: ctest, and again with sanitizers where the compiler has them; go test under the
 * race detector where Go has one here; cargo test, which checks for overflow by itself.
 */
export async function runNativeTests(project: Project, context: RunContext): Promise<TestResult> {
  const started = performance.now();
  const { language } = project.manifest;
  const names: string[] = [];
  const end = (result: Pick<TestResult, 'verdict' | 'findings' | 'reason'>): TestResult => ({
    suite: 'native',
    id: `native.${language}`,
    title: names.join(', '),
    durationMs: performance.now() - started,
    ...result,
  });
  for (const planned of await runnersFor(project, context)) {
    const { runner, last } = await runOne(planned, project, context);
    names.push(runner.name);
    if (last.missing) return end({ verdict: 'skip', findings: [], reason: `${last.command[0]} is not installed` });
    const message = complaint(runner, last);
    if (message === undefined) continue;
    const about = { id: `native.${language}`, severity: 'fail', evidence: lastLines(last) } as const;
    const finding = { ...about, message, again: last.command.join(' ') };
    return end({ verdict: last.timedOut ? 'hang' : 'fail', findings: [finding] });
  }
  return end({ verdict: 'pass', findings: [] });
}

/** What is wrong with the way in which a runner has come to its end; undefined where nothing is. */
function complaint({ name, ran }: NativeRunner, last: ToolResult): string | undefined {
  if (last.timedOut) return `no end within ${LIMIT_MS / 60_000} minutes`;
  if (last.code !== 0) return `${name} failed: ${last.command[0]} ended with ${last.code ?? last.signal}`;
  return ran.test(`${last.stdout}\n${last.stderr}`) ? undefined : 'no test ran';
}

interface Ran {
  readonly runner: NativeRunner;
  /** How its last command ended. */
  readonly last: ToolResult;
}

async function runOne(runner: NativeRunner, project: Project, context: RunContext): Promise<Ran> {
  let last: ToolResult | undefined;
  for (const [command = '', ...args] of runner.commands) {
    const onLine = (line: string, stream: 'stdout' | 'stderr') =>
      context.emit({ type: 'task.line', id: 'native', stream, line });
    last = await runTool(command, args, {
      cwd: sourceRoot(project),
      env: { ...context.env, ...runner.env },
      timeout: LIMIT_MS,
      signal: context.signal,
      onLine,
    });
    if (last.code !== 0) break;
  }
  if (last === undefined) throw new RangeError('a runner without commands');
  const { otherwise } = runner;
  if (last.code !== 0 && otherwise?.says.test(`${last.stdout}\n${last.stderr}`)) {
    return runOne(otherwise.runner, project, context);
  }
  return { runner, last };
}

/** What gcc and clang are told so that undefined behaviour, too, ends a test with a code. */
const SANITIZERS = '-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer';

async function runnersFor(project: Project, context: RunContext): Promise<readonly NativeRunner[]> {
  const { language, build = {} } = project.manifest;
  switch (language) {
    case 'c': {
      const sanitized: NativeRunner = {
        ...ctest('ctest with sanitizers', 'native-tests-sanitized', [`-DCMAKE_C_FLAGS=${SANITIZERS}`], project),
        // Leaks of a test program are no plugin's.
        env: { ASAN_OPTIONS: `detect_leaks=0:${context.env.ASAN_OPTIONS ?? ''}` },
      };
      const plain = ctest('ctest', 'native-tests', [], project);
      return (await canSanitize(context)) ? [plain, sanitized] : [plain];
    }
    case 'go': {
      const ran = /^--- PASS/m;
      const plain = { name: 'go test without -race', commands: [['go', 'test', '-v', './...']], ran };
      const commands = [['go', 'test', '-race', '-v', './...']];
      return [{ name: 'go test', commands, ran, otherwise: { says: NO_RACE_DETECTOR, runner: plain } }];
    }
    case 'rust':
      return [
        {
          name: 'cargo test',
          commands: [['cargo', 'test', ...(build.crate === undefined ? [] : ['--package', build.crate])]],
          ran: /^test result: ok\. [1-9]/m,
        },
      ];
  }
}

/** @param folder below `.cpex/build`: the plugin's own build may leave the tests out */
function ctest(name: string, folder: string, flags: readonly string[], project: Project): NativeRunner {
  const where = path.join(project.root, '.cpex', 'build', folder);
  const settings = ['-DCMAKE_BUILD_TYPE=Debug', ...flags, ...(project.manifest.build?.flags ?? [])];
  return {
    name,
    commands: [
      ['cmake', '-S', '.', '-B', where, ...settings],
      ['cmake', '--build', where],
      ['ctest', '--test-dir', where, '--output-on-failure', '--no-tests=error'],
    ],
    ran: /tests passed/,
  };
}

/** Whether the compiler that cmake takes can link a program with sanitizers. */
async function canSanitize({ env, signal }: RunContext): Promise<boolean> {
  const folder = await temporaryFolder('sanitize');
  try {
    const source = path.join(folder.path, 'empty.c');
    await writeFile(source, 'int main(void) { return 0; }\n');
    const [compiler = 'cc', ...words] = splitWords(env.CC ?? 'cc') ?? [];
    const args = [...words, ...SANITIZERS.split(' '), source, '-o', path.join(folder.path, 'empty')];
    const said = await runTool(compiler, args, { timeout: COMPILE_MS, env, signal });
    return said.code === 0;
  } finally {
    await folder.remove();
  }
}

function lastLines({ stdout, stderr }: ToolResult): string[] {
  return `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-EVIDENCE_LINES);
}
