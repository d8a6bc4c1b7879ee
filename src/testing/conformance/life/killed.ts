import { setTimeout as pause } from 'node:timers/promises';
import type { Finding } from '../../../model/finding.js';
import { temporaryFolder } from '../../../support/files.js';
import { printableStart } from '../../../support/printable.js';
import { runTrial, type Subject, type Trial } from '../../subject.js';
import { NEXT_SECOND_MS } from '../concurrency/crowd.js';
import { alsoIn, type Golden, goldensOf, isSameCall } from '../goldens.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

const ID = 'life.kill9';

/** Milliseconds into a series of calls at which the process is killed, one after another. */
const MOMENTS = [2, 7, 19];

/** Killed in the middle of calls, then started again with the same folder. */
export async function killed(subject: Subject): Promise<TestOutcome> {
  const folder = await temporaryFolder('killed');
  try {
    return await killedIn(subject, folder.path);
  } finally {
    await folder.remove();
  }
}

async function killedIn(subject: Subject, folder: string): Promise<TestOutcome> {
  const one = await life(subject, folder);
  if (one.goldens === undefined) return one.outcome;
  // What the same folder answers after a life that ended well.
  const other = await life(subject, folder);
  if (other.goldens === undefined)
    return { ...other.outcome, unproven: 'needs a plugin that starts twice in one folder' };
  const steady = alsoIn(one.goldens, other.goldens);
  for (const moment of MOMENTS) {
    const caught = await killIn(subject, folder, moment);
    const after = await life(subject, folder);
    if (after.goldens === undefined || after.outcome.findings.length > 0) return after.outcome;
    const { goldens } = after;
    const changed = steady.find((golden) => alsoIn([golden], goldens).length === 0);
    if (changed === undefined) continue;
    // What the kill has changed stays so; what changes by itself goes on to.
    await pause(NEXT_SECOND_MS);
    const again = await life(subject, folder);
    const found = goldens.find((one) => isSameCall(one, changed));
    if (found === undefined || again.goldens === undefined || alsoIn([found], again.goldens).length === 0) {
      return { findings: [], unproven: 'needs a call that answers the same way in each child' };
    }
    return { findings: [describe(changed, found, caught)] };
  }
  return { findings: [] };
}

interface Life {
  readonly outcome: TestOutcome;
  readonly goldens?: readonly Golden[];
}

/** A life from init to shutdown, and what its calls answer. */
async function life(subject: Subject, folder: string): Promise<Life> {
  let goldens: readonly Golden[] | undefined;
  const outcome = await probeTest(ID, subject, { folder }, async (trial) => {
    goldens = (await goldensOf(subject, trial, trial.samples)).steady;
    return [];
  });
  return goldens === undefined || outcome.ending?.kind !== 'clean' ? { outcome } : { outcome, goldens };
}

/** A life that is killed in the middle of its calls. Returns the method that was called. */
async function killIn(subject: Subject, folder: string, moment: number): Promise<string | undefined> {
  const { value } = await runTrial({ ...subject, killAtEnd: true }, { folder }, async ({ plugin }: Trial) => {
    const { registration } = await plugin.register(subject.config);
    const samples = registration === undefined ? [] : subject.profile.protocol.sampleCalls(registration);
    const sample = samples[moment % samples.length];
    if (sample === undefined) return undefined;
    const body = subject.profile.protocol.encodeRequest(sample.request, sample.method);
    // It never comes to its end.
    plugin.session.loop(sample.method, body, Number.MAX_SAFE_INTEGER).catch(() => undefined);
    await pause(moment);
    return sample.method;
  });
  return value;
}

function describe(golden: Golden, found: Golden, caught: string | undefined): Finding {
  const evidence = [
    ...(caught === undefined ? [] : [`killed during: ${caught}`]),
    `before: code ${golden.code} ${printableStart(golden.answer.toString())}`,
    `after the next start: code ${found.code} ${printableStart(found.answer.toString())}`,
  ];
  return {
    ...fault(ID, `After the process was killed and started again, ${golden.method} answers otherwise.`, evidence),
    remedy: 'Write a file under another name and rename it; take locks that the system lets go of.',
  };
}
