import { performance } from 'node:perf_hooks';
import type { TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { FAILING } from '../../report/reporters/reporter.js';
import type { Subject } from '../subject.js';
import { type Course, courseOf, type Step } from './course.js';
import { PARITY_ID, type Part } from './part.js';

/** Runs of each form: what differs between these says nothing about the forms. */
const RUNS = 2;
/** Characters of an answer that a finding quotes. */
const QUOTED = 300;
/** Differences that are told; the rest mostly follows from them. */
const TOLD = 8;

interface Difference {
  readonly what: string;
  readonly library: string;
  readonly process: string;
}

/** What the comparison is called in reports. */
export const PARITY_TEST = { suite: 'parity', id: PARITY_ID, title: 'library and process answer the same' };

/** Why two forms cannot be compared; undefined when they can. */
export function whyNotCompared(forms: readonly Part[]): string | undefined {
  const unsound = forms.some(({ results }) =>
    results.some(({ suite, verdict }) => suite === 'audit' && FAILING.has(verdict)),
  );
  if (unsound) return 'needs audit';
  const notRun = forms[0]?.subject.notRun;
  return notRun === undefined ? undefined : `built, not run: ${notRun}`;
}

/** Compares how a plugin answers as a library and as a process, in this order, and what its tests came to. */
export async function compareForms(forms: readonly Part[]): Promise<TestResult> {
  const [library, program] = forms;
  if (library === undefined || program === undefined) throw new RangeError('a comparison needs two forms');
  const started = performance.now();
  const differences = verdicts(library.results, program.results);
  for (const codec of codecsOf(library.subject)) {
    const own = await runs(library.subject, codec);
    const other = await runs(program.subject, codec);
    const over = codec === undefined ? '' : ` over ${codec}`;
    differences.push(...compare(own, other).map((one) => ({ ...one, what: `${one.what}${over}` })));
  }
  const findings = [...new Map(differences.map((one) => [one.what, one])).values()].slice(0, TOLD).map(tell);
  const verdict = findings.length === 0 ? 'pass' : 'fail';
  return { ...PARITY_TEST, verdict, durationMs: performance.now() - started, findings };
}

/** Codecs to go through the course with, JSON first. */
function codecsOf({ profile }: Subject): (string | undefined)[] {
  return profile.protocol.inCodec?.('msgpack') === undefined ? [undefined] : [undefined, 'msgpack'];
}

async function runs(subject: Subject, codec: string | undefined): Promise<Course[]> {
  const courses: Course[] = [];
  for (let run = 0; run < RUNS; run++) courses.push(await courseOf(subject, codec));
  return courses;
}

/** What was the same in every run of a form, and is not the same in the other form. */
function compare(own: readonly Course[], other: readonly Course[]): Difference[] {
  const found: Difference[] = [];
  const note = (what: string, of: (course: Course) => string | undefined) => {
    const [library, program] = [steady(own.map(of)), steady(other.map(of))];
    if (library !== undefined && program !== undefined && library !== program) {
      found.push({ what, library, process: program });
      return true;
    }
    return false;
  };
  for (const [index, { what }] of (own[0]?.steps ?? []).entries()) {
    const at = (read: (step: Step) => string) => (course: Course) => {
      const step = course.steps[index];
      return step?.what === what ? read(step) : undefined;
    };
    // Words may change from run to run where the kind of answer does not.
    if (
      !note(
        what,
        at(({ kind }) => kind),
      )
    )
      note(
        what,
        at(({ answer }) => answer),
      );
    note(
      `what it asks of the host in ${what}`,
      at(({ asked }) => asked.join('; ') || 'nothing'),
    );
  }
  note('how many calls it answers', ({ steps }) => `${steps.length} calls`);
  note('its end', ({ ending }) => ending);
  return found;
}

/** The value that all runs agree on. */
function steady(values: readonly (string | undefined)[]): string | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}

/** Tests that one form passes and the other does not. */
function verdicts(library: readonly TestResult[], program: readonly TestResult[]): Difference[] {
  return library.flatMap(({ suite, id, verdict }) => {
    const other = program.find((one) => one.suite === suite && one.id === id);
    if (other === undefined || suite === 'audit' || suite === 'native') return [];
    if ([verdict, other.verdict].includes('skip') || FAILING.has(verdict) === FAILING.has(other.verdict)) return [];
    return [{ what: id, library: verdict, process: other.verdict }];
  });
}

function tell({ what, library, process: program }: Difference): Finding {
  return {
    id: PARITY_ID,
    severity: 'fail',
    clause: 'ABI-STDIO-011',
    message: `${what} is not the same as library and as process.`,
    evidence: [`library: ${short(library)}`, `process: ${short(program)}`],
    remedy:
      'Look for what depends on the process: the working folder, the environment, standard output, the thread that calls.',
    again: 'cpex test --as both --only parity.same',
  };
}

function short(text: string): string {
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}… (${text.length} characters)` : text;
}
