import path from 'node:path';
import type { Finding } from '../../../model/finding.js';
import { temporaryFolder } from '../../../support/files.js';
import { printableStart } from '../../../support/printable.js';
import { runTool } from '../../../support/tools.js';
import type { Subject } from '../../subject.js';
import { goldensOf } from '../goldens.js';
import { ownEnvironment } from '../private-home.js';
import { fault, type ProbeTrial, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** A locale that catches code which leaves numbers or letters to the C library. */
interface Trap {
  /** What it is called by the system, most usual name first. */
  readonly names: readonly string[];
  /** What localedef makes it of. */
  readonly input: string;
  readonly about: string;
  /** Whether the C library really behaves that way in it; some know the name alone. */
  works(seen: { readonly point: string; readonly dotless: boolean }): boolean;
}

const TRAPS: readonly Trap[] = [
  {
    names: ['de_DE.UTF-8', 'de_DE.utf8'],
    input: 'de_DE',
    about: 'German: decimals have a comma',
    works: ({ point }) => point === ',',
  },
  {
    names: ['tr_TR.UTF-8', 'tr_TR.utf8'],
    input: 'tr_TR',
    about: 'Turkish: the small letter of I is not i',
    works: ({ dotless }) => dotless,
  },
];

/** Milliseconds for localedef. */
const MAKE_MS = 60_000;

/** Whether answers are the same in locales that write numbers and letters in another way. */
export async function ignoresLocale(id: string, subject: Subject): Promise<TestOutcome> {
  const made = await temporaryFolder('locales');
  try {
    await Promise.all(TRAPS.map((trap) => make(trap, made.path, subject)));
    const found = await tryAll(id, subject, { ...ownEnvironment(), LOCPATH: made.path }, TRAPS);
    if (found.untried.length === 0) return found.outcome;
    // With LOCPATH the C library does not look at the locales that the system itself has.
    const system = await tryAll(id, subject, ownEnvironment(), found.untried);
    const findings = [...found.outcome.findings, ...system.outcome.findings];
    const ending =
      found.outcome.findings.length > 0 ? found.outcome.ending : (system.outcome.ending ?? found.outcome.ending);
    const lacking = system.untried.map(({ names, about }) => `${names[0]} (${about})`).join(' and ');
    const unproven =
      lacking === '' ? {} : { unproven: `the system has no locale ${lacking}, and localedef makes none` };
    return { findings, ...(ending === undefined ? {} : { ending }), ...unproven };
  } finally {
    await made.remove();
  }
}

async function tryAll(
  id: string,
  subject: Subject,
  env: Readonly<Record<string, string>>,
  traps: readonly Trap[],
): Promise<{ readonly outcome: TestOutcome; readonly untried: readonly Trap[] }> {
  const untried: Trap[] = [];
  const outcome = await probeTest(id, subject, { needs: ['threads'], env }, async (trial) => {
    const { steady } = await goldensOf(subject, trial, trial.samples);
    const findings: Finding[] = [];
    for (const trap of traps) {
      if (!(await enter(trap, trial))) {
        untried.push(trap);
        continue;
      }
      for (const golden of steady) {
        const { code, body } = await trial.plugin.session.call(golden.method, golden.body).end;
        if (code === golden.code && Buffer.compare(body, golden.answer) === 0) continue;
        const evidence = [
          `usual locale: ${printableStart(golden.answer.toString())}`,
          `${trap.names[0]}: ${printableStart(Buffer.from(body).toString())}`,
        ];
        const message = `${golden.method} answers differently in another locale (${trap.about}).`;
        findings.push({ ...fault(id, message, evidence), remedy: 'Format and compare without the locale.' });
        break;
      }
    }
    return findings;
  });
  return { outcome, untried };
}

/** Sets the locale of the probe's process; false where the C library has none that behaves so. */
async function enter({ names, works }: Trap, { perform }: Pick<ProbeTrial, 'perform'>): Promise<boolean> {
  for (const name of names) {
    const seen = await perform('torture.locale', [['name', name]]);
    const is = { point: seen.text('point') ?? '', dotless: seen.number('dotless') === 1 };
    if (seen.number('set') === 1 && works(is)) return true;
  }
  return false;
}

/** Makes a locale where the tool and its sources are there; without them nothing comes of it. */
async function make({ names, input }: Trap, folder: string, { signal }: Subject): Promise<void> {
  const [name = input] = names;
  const args = ['--no-archive', '-c', '-i', input, '-f', 'UTF-8', path.join(folder, name)];
  await runTool('localedef', args, { timeout: MAKE_MS, cwd: folder, signal });
}
