import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { RunContext } from '../model/context.js';
import type { TestResult } from '../model/event.js';
import type { Project } from '../model/manifest.js';
import { sourceRoot } from '../project/source-root.js';
import { runTool, type ToolResult } from '../support/tools.js';

/** One command of a language's own test runner, and how its output shows that tests really ran. */
interface NativeRunner {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  readonly ran: RegExp;
}

/** Limit of each command, compiling included, in milliseconds. */
const LIMIT_MS = 15 * 60_000;

/** Lines of a failing runner's output to keep as evidence. */
const EVIDENCE_LINES = 40;

/** Runs the language's own unit tests: ctest, go test or cargo test. */
export async function runNativeTests(project: Project, context: RunContext): Promise<TestResult> {
  const started = performance.now();
  const { language } = project.manifest;
  const runner = runnerFor(project);
  const about = { suite: 'native', id: `native.${language}`, title: runner.name };
  let last: ToolResult | undefined;
  for (const [command = '', ...args] of runner.commands) {
    const onLine = (line: string, stream: 'stdout' | 'stderr') =>
      context.emit({ type: 'task.line', id: 'native', stream, line });
    last = await runTool(command, args, {
      cwd: sourceRoot(project),
      timeout: LIMIT_MS,
      signal: context.signal,
      onLine,
    });
    if (last.code !== 0) break;
  }
  const durationMs = performance.now() - started;
  if (last === undefined || last.missing) {
    return { ...about, verdict: 'skip', durationMs, findings: [], reason: `${last?.command[0]} is not installed` };
  }
  const again = `${last.command.join(' ')}`;
  const fail = (message: string): TestResult => ({
    ...about,
    verdict: 'fail',
    durationMs,
    findings: [{ id: about.id, severity: 'fail', message, evidence: lastLines(last), again }],
  });
  if (last.timedOut) return { ...fail(`no end within ${LIMIT_MS / 60_000} minutes`), verdict: 'hang' };
  if (last.code !== 0) return fail(`${runner.name} failed: ${last.command[0]} ended with ${last.code ?? last.signal}`);
  if (!runner.ran.test(`${last.stdout}\n${last.stderr}`)) return fail('no test ran');
  return { ...about, verdict: 'pass', durationMs, findings: [] };
}

function runnerFor(project: Project): NativeRunner {
  const { language, build = {} } = project.manifest;
  switch (language) {
    case 'c': {
      // A folder of its own: the plugin's build may leave the tests out.
      const folder = path.join(project.root, '.cpex', 'build', 'native-tests');
      return {
        name: 'ctest',
        commands: [
          ['cmake', '-S', '.', '-B', folder, '-DCMAKE_BUILD_TYPE=Debug', ...(build.flags ?? [])],
          ['cmake', '--build', folder],
          ['ctest', '--test-dir', folder, '--output-on-failure', '--no-tests=error'],
        ],
        ran: /tests passed/,
      };
    }
    case 'go':
      return { name: 'go test', commands: [['go', 'test', '-v', './...']], ran: /^--- PASS/m };
    case 'rust':
      return {
        name: 'cargo test',
        commands: [['cargo', 'test', ...(build.crate === undefined ? [] : ['--package', build.crate])]],
        ran: /^test result: ok\. [1-9]/m,
      };
  }
}

function lastLines({ stdout, stderr }: ToolResult): string[] {
  return `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-EVIDENCE_LINES);
}
