import type { AnswerInstead } from '../../host-process/reference-host.js';
import type { Subject } from '../subject.js';
import { inChild, stepFields } from './child.js';
import { judgeSteps } from './model.js';
import type { RecordFile } from './record-file.js';
import { repliesOf, type TimedReply } from './replies.js';
import type { FuzzCase, Seen } from './types.js';

/** Does everything that a case says in a fresh process. Undefined when nothing goes wrong. */
export async function replay(subject: Subject, one: FuzzCase, record: RecordFile): Promise<Seen | undefined> {
  const answers = [...(one.answers ?? [])];
  let answering = false;
  const answer: AnswerInstead = async (_method, _request, _context, usual) =>
    (answering ? answers.shift() : undefined) ?? usual();
  const options = { record, register: false, ...(answers.length === 0 ? {} : { answer }) };
  const { value, ending } = await inChild(subject, options, async ({ perform }): Promise<TimedReply[]> => {
    const all = ['tell', 'all'] as const;
    if (answers.length === 0) return repliesOf(await perform('fuzz.steps', [all, ...stepFields(one.steps, subject)]));
    const first = await perform('fuzz.steps', [all, ...stepFields(one.steps.slice(0, 1), subject)]);
    answering = true;
    const rest = await perform('fuzz.steps', [all, ...stepFields(one.steps.slice(1), subject)]);
    answering = false;
    return [...repliesOf(first), ...repliesOf(rest).map((reply) => ({ ...reply, round: reply.round + 1 }))];
  });
  if (ending.kind !== 'clean') return { kind: 'died', ending };
  return value === undefined ? undefined : judgeSteps(one, value, subject);
}
