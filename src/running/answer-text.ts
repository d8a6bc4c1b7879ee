import { hookText, indented } from '../report/run-text.js';
import type { RunReport } from './service.js';

/** What stdout gets; a command has written its output there already. */
export function answerText({ answer, help }: RunReport): string {
  if (help !== undefined) return help.trimEnd();
  const { envelope } = answer?.invocation ?? {};
  if (answer === undefined || envelope?.ok !== true || answer.request.form === 'command') return '';
  return answer.evaluation === undefined ? indented(envelope.result) : hookText(answer.evaluation, envelope.result);
}
