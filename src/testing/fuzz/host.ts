import type { AnswerInstead } from '../../host-process/reference-host.js';
import type { ServiceReply } from '../../model/session.js';
import type { Subject } from '../subject.js';
import { HostileAnswers } from './answers.js';
import { inChild, stepFields } from './child.js';
import { confirm } from './confirm.js';
import { diceFrom } from './dice.js';
import { RecordFile } from './record-file.js';
import { recovered } from './recovered.js';
import { brokenRules, repliesOf } from './replies.js';
import type { FuzzCase, FuzzOptions, FuzzRun, Seen, Step } from './types.js';

/** Calls between two looks at whether the plugin still does what it should. */
const BETWEEN_LOOKS = 50;

/** A call and what its host answered meanwhile. */
interface Round {
  readonly step: Step;
  readonly answers: (ServiceReply | null)[];
}

/** Makes sample calls while the host answers the plugin's requests with what it can get out of a seed. */
export async function fuzzHost(subject: Subject, options: FuzzOptions): Promise<FuzzRun> {
  const record = await RecordFile.make();
  const hostile = new HostileAnswers(subject.profile, options.seed | 0);
  let asked = 0;
  let calls = 0;
  let dice = diceFrom(options.seed);
  let round: Round | undefined;
  /** All since the last look: what went wrong may have begun earlier. */
  let past: Round[] = [];
  const answer: AnswerInstead = async (method, _request, _context, usual) => {
    asked++;
    if (round === undefined) return usual();
    const instead = hostile.pick(method, dice);
    round.answers.push(instead);
    return instead ?? usual();
  };
  try {
    const { value, ending } = await inChild(subject, { record, register: true, answer }, async (child) => {
      // From here on: a child that starts slowly takes nothing of the time.
      const until = performance.now() + options.ms;
      const steps = stepsFor(subject, child.samples, options);
      for (let count = 0; count < (options.least ?? 0) || performance.now() < until; count++) {
        if (count === BETWEEN_LOOKS && asked === 0) return 'silent';
        dice = diceFrom(options.seed + count);
        round = { step: steps[count % steps.length] as Step, answers: [] };
        past.push(round);
        const seen = await child.perform('fuzz.steps', stepFields([round.step], subject));
        const { step } = round;
        round = undefined;
        calls++;
        options.onCalls?.(1);
        for (const reply of repliesOf(seen)) {
          const findings = brokenRules(reply, step.do === 'call' ? step.method : '', subject);
          if (findings.length > 0) return findings;
        }
        if (step.do === 'register' || count % BETWEEN_LOOKS === BETWEEN_LOOKS - 1) {
          const stuck = await recovered(child, subject);
          if (stuck !== undefined) return [stuck];
          past = past.slice(-BETWEEN_LOOKS);
        }
      }
      return asked === 0 ? 'silent' : undefined;
    });
    if (value === 'silent') return { calls, unproven: 'asks its host for nothing, so there is nothing to answer' };
    if (ending.kind === 'clean' && value === undefined) return { calls };
    const seen: Seen =
      ending.kind === 'clean' ? { kind: 'answer', step: 1, findings: value ?? [] } : { kind: 'died', ending };
    const origin = `round ${calls} of seed ${options.seed}`;
    const cases = [caseOf(past.slice(-1)), caseOf(past)];
    return { calls, found: await confirm(subject, { fuzzer: 'host', seen, origin }, cases, record) };
  } finally {
    await record.remove();
  }
}

/** The samples, and now and then a registration. */
function stepsFor(
  { profile }: Subject,
  samples: readonly { readonly method: string; readonly request: unknown }[],
  { method: only }: FuzzOptions,
): Step[] {
  const calls = samples
    .filter(({ method }) => only === undefined || method === only)
    .map(
      ({ method, request }): Step => ({ do: 'call', method, body: profile.protocol.encodeRequest(request, method) }),
    );
  return [...calls, ...calls, ...calls, { do: 'register' }, { do: 'register', again: true }];
}

function caseOf(rounds: readonly Round[]): FuzzCase {
  return {
    steps: [{ do: 'register' }, ...rounds.map(({ step }) => step)],
    answers: rounds.flatMap(({ answers }) => answers),
  };
}
