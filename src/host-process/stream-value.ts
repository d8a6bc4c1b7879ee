import type { StreamRecord } from './call-streams.js';

/** A stream for people and files: what its pieces say where the host knows; else text where they are text, else base64. */
export interface StreamValue {
  readonly chunks: readonly unknown[];
  /** All pieces in one, where each is text. */
  readonly text?: string;
  /** Why it ended early. */
  readonly error?: string;
}

/** What a stream held, as a plain value. */
export function streamValue({ chunks, values: read, error }: StreamRecord): StreamValue {
  const values = read ?? chunks.map(pieceValue);
  const texts = values.filter((value) => typeof value === 'string');
  return {
    chunks: values,
    ...(texts.length === values.length ? { text: texts.join('') } : {}),
    ...(error === undefined ? {} : { error }),
  };
}

function pieceValue(piece: Uint8Array): string | { readonly base64: string } {
  const text = textOf(piece);
  return text ?? { base64: Buffer.from(piece).toString('base64') };
}

/** The text that bytes are; undefined when they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text).equals(Buffer.from(bytes)) ? text : undefined;
}
