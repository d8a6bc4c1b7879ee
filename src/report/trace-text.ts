import chalk from 'chalk';
import type { TraceRecord } from '../model/session.js';
import { stringifyExact } from '../support/exact-json.js';
import { showMsgpack } from '../support/msgpack-show.js';
import { printable } from '../support/printable.js';
import { showProtobuf } from '../support/protobuf-show.js';

/** Longest body that a trace line shows, in characters. */
const BODY_LIMIT = 400;

/**
 * One message as a line: time, direction, what, what carried it, size, how long it took, and the body. The form is the
 * same for all transports.
 */
export function traceLine(record: TraceRecord): string {
  const time = `${(record.timeNs / 1e6).toFixed(1)} ms`.padStart(10);
  const arrow = record.direction === 'to-plugin' ? chalk.cyan('→ plugin') : chalk.magenta('← plugin');
  const facts = [
    record.kind === 'life' ? undefined : `${record.kind} #${record.id}`,
    record.wire,
    `${record.size} B`,
    record.code === undefined ? undefined : `code ${record.code}`,
    record.durationNs === undefined ? undefined : `${(record.durationNs / 1e6).toFixed(2)} ms`,
  ].filter((fact) => fact !== undefined);
  const head = `${chalk.dim(time)} ${arrow} ${record.method} ${chalk.dim(facts.join(' · '))}`;
  const body = shorten(bodyText(record));
  return body === '' ? head : `${head}\n${' '.repeat(11)}${chalk.dim(body)}`;
}

/** What a body says, for people: as the contract reads it, else as its form can be told by itself. */
export function bodyText(record: TraceRecord): string {
  if (record.message !== undefined) return stringifyExact(record.message);
  const { body } = record;
  if (isProtobuf(record)) return `protobuf ${showProtobuf(body) ?? Buffer.from(body).toString('base64')}`;
  const packed = showMsgpack(body);
  return packed === undefined ? Buffer.from(body).toString('utf8') : `msgpack ${packed}`;
}

/** A failed call's body is text. */
function isProtobuf({ wire, kind, code, body }: TraceRecord): boolean {
  return wire === 'grpc' && body.length > 0 && !(kind === 'response' && code !== undefined && code !== 0);
}

/**
 * The same for machines: the body as JSON text, or base64 where it is no text, with what it says where that is
 * MessagePack or a message of Protocol Buffers.
 */
export function traceValue(record: TraceRecord): Record<string, unknown> {
  const { body, ...rest } = record;
  const body_base64 = Buffer.from(body).toString('base64');
  if (isProtobuf(record)) {
    const raw = record.message === undefined ? showProtobuf(body) : undefined;
    return { ...rest, ...(raw === undefined ? {} : { protobuf: raw }), body_base64 };
  }
  const packed = showMsgpack(body);
  if (packed !== undefined) return { ...rest, msgpack: packed, body_base64 };
  const text = Buffer.from(body).toString('utf8');
  const exact = Buffer.from(text).equals(Buffer.from(body));
  return { ...rest, ...(exact ? { body: text } : { body_base64 }) };
}

function shorten(text: string): string {
  const plain = printable(text);
  return plain.length > BODY_LIMIT ? `${plain.slice(0, BODY_LIMIT)}… (${plain.length} characters)` : plain;
}
