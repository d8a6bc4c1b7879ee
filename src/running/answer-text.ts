import { textOf } from '../host-process/stream-value.js';
import { bytesMembers } from '../hosts/bytes-members.js';
import { byteHint, hookText, indented, pieceHead, pieceText } from '../report/run-text.js';
import { eventText, stepText } from '../report/steps-text.js';
import { printable } from '../support/printable.js';
import type { RunReport } from './service.js';
import type { RunForm } from './session-options.js';

/** What stdout gets; a command has written its output there already, a stream its pieces. */
export function answerText({ answer, help }: RunReport): string {
  if (help !== undefined) return help.trimEnd();
  const { envelope, stream } = answer?.invocation ?? {};
  if (answer === undefined || envelope?.ok !== true || answer.request.form === 'command') return '';
  // Pieces that a tool puts out on the way went to stderr.
  if (stream !== undefined && answer.request.form !== 'tool') return '';
  if (answer.request.form === 'step') return stepText(envelope.result);
  if (answer.request.form === 'event') return eventText(answer.request.request, envelope.result);
  return answer.evaluation === undefined ? indented(envelope.result) : hookText(answer.evaluation, envelope.result);
}

/** The line that a command leaves for its user; goes to stderr. */
export function lastWords({ answer }: Pick<RunReport, 'answer'>): string[] {
  if (answer?.request.form !== 'command') return [];
  const { message } = (answer.invocation.envelope.result ?? {}) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? [printable(message)] : [];
}

/** Bytes in a result that are text, in words for people; the result itself keeps its base64. */
export function hints({ answer }: RunReport): string[] {
  if (answer === undefined) return [];
  const { request, invocation, contract } = answer;
  const { envelope, stream } = invocation;
  const schema = contract.methods.get(request.method)?.result;
  if (envelope.ok !== true || schema === undefined || stream !== undefined) return [];
  return bytesMembers(envelope.result, schema, contract.types).flatMap(({ path, bytes }) => {
    const text = textOf(bytes);
    return text === undefined ? [] : [byteHint(path, text)];
  });
}

/**
 * Shows the pieces of a stream as they come: what each is on stderr, itself on stdout. Those of a tool, which has a result
 * beside them, go to stderr.
 */
export function showPiece(form: RunForm): (piece: Uint8Array, value?: unknown) => void {
  let count = 0;
  return (piece, value) => {
    if (form === 'tool') {
      process.stderr.write(`${pieceText(Buffer.from(piece).toString())}\n`);
      return;
    }
    process.stderr.write(`${pieceHead(++count, piece.length)}\n`);
    const text = textOf(piece) ?? Buffer.from(piece).toString('base64');
    process.stdout.write(`${value === undefined ? pieceText(text) : indented(value)}\n`);
  };
}
