import { ensureBuilt } from '../../../build/service.js';
import type { RunContext } from '../../../model/context.js';
import type { Finding } from '../../../model/finding.js';
import type { TargetName } from '../../../model/target.js';
import { FAILING } from '../../../report/reporters/reporter.js';
import { CpexError, isCpexError } from '../../../support/errors.js';
import { limiter } from '../../../support/limiter.js';
import { findMeans } from '../../resolve.js';
import type { Sources } from '../../sanitizers/sources.js';
import { type Subject, targetWords } from '../../subject.js';
import { CALLBACKS } from '../callbacks/rows.js';
import { CLIPROXY } from '../cliproxy.js';
import { forHost } from '../for-host.js';
import { HOSTILE } from '../hostile/rows.js';
import { LEVEL_1 } from '../level-1.js';
import { LEVEL_2 } from '../level-2.js';
import { MEMORY } from '../memory/rows.js';
import { fault } from '../probe-test.js';
import { runSuite } from '../suite.js';
import type { ConformanceTest, TestOutcome } from '../types.js';

/** Targets that something else than their own machines can run. */
const RUNNABLE: readonly TargetName[] = ['linux-arm64', 'windows-x64', 'linux-x64-musl'];

/** Those that are tried where cpex.yaml names none. */
const USUAL: readonly TargetName[] = ['linux-arm64', 'windows-x64'];

/** The tests of levels 1 to 5. */
const TESTS: readonly ConformanceTest[] = [...LEVEL_1, ...LEVEL_2, ...CLIPROXY, ...MEMORY, ...HOSTILE, ...CALLBACKS];

/** Plugin processes at the same time. */
const JOBS = 2;

/** Errors that say what this machine cannot do, and nothing about the plugin. */
const CANNOT = /^CPEX_E_(?:BUILD_TOOL|BUILD_OFFLINE|BUILD_IMPOSSIBLE|TARGET|PROBE_BUILD|RUNNER)/;

/** Builds the plugin for other targets, and runs levels 1 to 5 on them under qemu, wine or another C library's loader. */
export async function onOtherTargets(id: string, subject: Subject): Promise<TestOutcome> {
  const { sources } = subject;
  if (targetWords(subject) !== '') return { findings: [], unproven: "is for the machine's own target alone" };
  if (sources === undefined) {
    return { findings: [], unproven: 'needs the sources of the plugin, to build it for other targets' };
  }
  const findings: Finding[] = [];
  const untried: string[] = [];
  const targets = chosen(sources);
  for (const target of targets) {
    try {
      findings.push(...(await runOn(id, target, subject, sources)));
    } catch (error) {
      if (!isCpexError(error)) throw error;
      // Where nobody promised the target, sources may well be for other systems alone.
      if (CANNOT.test(error.code) || (!isPromised(sources) && error.code.startsWith('CPEX_E_BUILD'))) {
        untried.push(`${target}: ${error.message}`);
      } else if (error.code.startsWith('CPEX_E_BUILD')) {
        findings.push(
          fault(id, `cpex.yaml promises ${target}, and it cannot be built: ${error.message}`, error.evidence),
        );
      } else {
        throw error;
      }
    }
  }
  if (targets.length > untried.length) return { findings };
  const why = untried.length > 0 ? untried.join('; ') : 'cpex.yaml names none of them';
  return { findings, unproven: `needs qemu or wine, and a compiler for their targets (${why})` };
}

function isPromised({ project }: Sources): boolean {
  return project.manifest.targets !== undefined;
}

/** What the author promises, of what can be run; a few that differ most where nothing is promised. */
function chosen({ project }: Sources): readonly TargetName[] {
  const promised: readonly string[] = project.manifest.targets ?? USUAL;
  return RUNNABLE.filter((target) => promised.includes(target));
}

async function runOn(
  id: string,
  target: TargetName,
  subject: Subject,
  { project, context }: Sources,
): Promise<Finding[]> {
  const quiet: RunContext = { ...context, emit: () => undefined };
  const means = await findMeans({ target }, project, quiet);
  if (means.notRun !== undefined) throw new CpexError('CPEX_E_RUNNER_NONE', means.notRun);
  const { file } = await ensureBuilt(project, { target }, quiet);
  const { sources: _, ...rest } = subject;
  const there: Subject = { ...rest, ...means, artefact: file };
  const results = await runSuite(forHost(TESTS, subject.profile), there, {
    reason: () => undefined,
    limit: limiter(JOBS),
    repeat: 1,
    stopReason: () => {
      if (subject.signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
      return undefined;
    },
  });
  const under = means.engine.under === undefined ? '' : ` under ${means.engine.under}`;
  return results
    .filter(({ verdict }) => FAILING.has(verdict))
    .map((result) => {
      const [first] = result.findings;
      const said = first === undefined ? result.verdict : first.message;
      const found = fault(
        id,
        `Built for ${target} and run${under}, ${result.id} fails: ${said}`,
        first?.evidence ?? [],
      );
      return { ...found, again: `cpex test --only ${result.id} --target ${target}` };
    });
}
