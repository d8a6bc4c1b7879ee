import type { Finding } from '../../model/finding.js';
import { sourceRoot } from '../../project/source-root.js';
import { runTool } from '../../support/tools.js';
import type { TestOutcome } from '../conformance/types.js';
import type { Subject } from '../subject.js';
import { underSanitizer } from './tests.js';

/** Limit for the tests of a project, compiling included, in milliseconds. */
const LIMIT_MS = 15 * 60_000;

/** How Go says that its race detector cannot run: another platform, no cgo, no C compiler. */
export const NO_RACE_DETECTOR =
  /-race (?:is not supported|requires cgo|is only supported)|C compiler .* not found|unsupported VMA range/;

/**
 * True data races: C in a build with ThreadSanitizer under the tests of level 6, Go in the project's own tests under its
 * race detector, since a library that was built with it cannot be loaded; Rust as C, where a nightly toolchain can.
 */
export async function withoutRaces(id: string, subject: Subject): Promise<TestOutcome> {
  return subject.language === 'go' ? goRaces(id, subject) : underSanitizer(id, subject, 'thread');
}

async function goRaces(id: string, { sources, signal }: Subject): Promise<TestOutcome> {
  if (sources === undefined)
    return { findings: [], unproven: 'needs the sources: the race detector of Go runs their tests' };
  const { project, context } = sources;
  const cwd = sourceRoot(project);
  const env = { ...context.env, CGO_ENABLED: '1' };
  const said = await runTool('go', ['test', '-race', './...'], { cwd, env, timeout: LIMIT_MS, signal, keep: 1 << 20 });
  const text = `${said.stdout}\n${said.stderr}`;
  const races = raceFindings(id, text, cwd);
  if (races.length > 0) return { findings: races };
  if (said.missing) return { findings: [], unproven: 'needs go, which is not here' };
  if (NO_RACE_DETECTOR.test(text)) return { findings: [], unproven: "needs Go's race detector, and it is not here" };
  if (said.code !== 0)
    return { findings: [], unproven: 'needs tests that pass: go test -race does not, cpex test --native says why' };
  return /^ok\s/m.test(text) ? { findings: [] } : { findings: [], unproven: 'needs tests: the project has none in Go' };
}

/** The races in what `go test -race` prints, each pair of places once. */
export function raceFindings(id: string, text: string, root: string): Finding[] {
  const seen = new Map<string, Finding>();
  for (const [, block = ''] of text.matchAll(/^WARNING: DATA RACE\n(.*?)^={10,}$/gms)) {
    const lines = block.split('\n').map((line) => line.replaceAll(`${root}/`, '').trim());
    const accesses = lines.flatMap((line, index) => {
      if (!/^(?:Previous )?(?:Read|Write|Atomic)/i.test(line)) return [];
      const place = (lines[index + 2] ?? '').replace(/ \+0x[0-9a-f]+$/, '');
      return [{ what: line.replace(/ at 0x[0-9a-f]+ by .*$/, ''), name: lines[index + 1] ?? '', place }];
    });
    const [first] = accesses;
    if (first === undefined) continue;
    const evidence = accesses.map(({ what, name, place }) => `${what} in ${name.replace(/\(\)$/, '')} (${place})`);
    seen.set(evidence.join(), {
      id,
      severity: 'fail',
      message: `Two goroutines use the same memory without a lock, at ${first.place}.`,
      evidence,
      again: 'go test -race ./...',
    });
  }
  return [...seen.values()];
}
