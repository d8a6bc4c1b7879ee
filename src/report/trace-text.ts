import chalk from 'chalk';
import type { TraceRecord } from '../model/session.js';
import { showMsgpack } from '../support/msgpack-show.js';
import { printable } from '../support/printable.js';

/** Longest body that a trace line shows, in characters. */
const BODY_LIMIT = 400;

/** One message as a line: time, direction, what, size, how long it took, and the body. */
export function traceLine(record: TraceRecord): string {
  const time = `${(record.timeNs / 1e6).toFixed(1)} ms`.padStart(10);
  const arrow = record.direction === 'to-plugin' ? chalk.cyan('→ plugin') : chalk.magenta('← plugin');
  const facts = [
    record.kind === 'life' ? undefined : `${record.kind} #${record.id}`,
    `${record.size} B`,
    record.code === undefined ? undefined : `code ${record.code}`,
    record.durationNs === undefined ? undefined : `${(record.durationNs / 1e6).toFixed(2)} ms`,
  ].filter((fact) => fact !== undefined);
  const head = `${chalk.dim(time)} ${arrow} ${record.method} ${chalk.dim(facts.join(' · '))}`;
  const packed = showMsgpack(record.body);
  const body = packed === undefined ? shorten(Buffer.from(record.body).toString('utf8')) : `msgpack ${shorten(packed)}`;
  return body === '' ? head : `${head}\n${' '.repeat(11)}${chalk.dim(body)}`;
}

/** The same for machines: the body as JSON text, or base64 where it is no text, with what it says where that is MessagePack. */
export function traceValue(record: TraceRecord): Record<string, unknown> {
  const { body, ...rest } = record;
  const text = Buffer.from(body).toString('utf8');
  const packed = showMsgpack(body);
  if (packed !== undefined) return { ...rest, msgpack: packed, body_base64: Buffer.from(body).toString('base64') };
  const exact = Buffer.from(text).equals(Buffer.from(body));
  return { ...rest, ...(exact ? { body: text } : { body_base64: Buffer.from(body).toString('base64') }) };
}

function shorten(text: string): string {
  const plain = printable(text);
  return plain.length > BODY_LIMIT ? `${plain.slice(0, BODY_LIMIT)}… (${plain.length} characters)` : plain;
}
