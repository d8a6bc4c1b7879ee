/** Deepest nesting that is shown. */
const MAX_DEPTH = 32;
/** Fields that are shown of one message. */
const MAX_FIELDS = 1000;

/** A field without its name: its number, and what stands there. */
type Shown = readonly [number: number, text: string];

/**
 * A message of Protocol Buffers whose type is not known, as text for people: `{1: "plugin", 3: {1: 7}}`. What holds
 * text is shown as text, what can be a message as one, other bytes as `"bin:…"` in base64. Undefined for bodies that
 * are no such message.
 */
export function showProtobuf(body: Uint8Array): string | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const fields = readFields(bytes, 0);
  return fields === undefined ? undefined : braced(fields);
}

function braced(fields: readonly Shown[]): string {
  return `{${fields.map(([number, text]) => `${number}: ${text}`).join(', ')}}`;
}

function readFields(bytes: Buffer, depth: number): Shown[] | undefined {
  const fields: Shown[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (fields.length === MAX_FIELDS) return [...fields, [0, '…']];
    const key = readVarint(bytes, at);
    if (key === undefined || key.value > 0xffff_ffffn || key.value < 8n) return undefined;
    const value = readValue(bytes, key.end, Number(key.value & 7n), depth);
    if (value === undefined) return undefined;
    fields.push([Number(key.value >> 3n), value.text]);
    at = value.end;
  }
  return fields;
}

interface Read {
  readonly text: string;
  readonly end: number;
}

function readValue(bytes: Buffer, at: number, wireType: number, depth: number): Read | undefined {
  switch (wireType) {
    case 0: {
      const read = readVarint(bytes, at);
      return read === undefined ? undefined : { text: String(read.value), end: read.end };
    }
    case 1:
      return at + 8 > bytes.length ? undefined : { text: `0x${bytes.readBigUInt64LE(at).toString(16)}`, end: at + 8 };
    case 2: {
      const length = readVarint(bytes, at);
      if (length === undefined || length.value > BigInt(bytes.length - length.end)) return undefined;
      const end = length.end + Number(length.value);
      return { text: showBytes(bytes.subarray(length.end, end), depth), end };
    }
    case 5:
      return at + 4 > bytes.length ? undefined : { text: `0x${bytes.readUInt32LE(at).toString(16)}`, end: at + 4 };
    default:
      return undefined;
  }
}

function showBytes(bytes: Buffer, depth: number): string {
  const text = bytes.toString('utf8');
  // A short message may look like lines of text; hardly any text is a message.
  if (!/[\p{Cc}\ufffd]/u.test(text)) return JSON.stringify(text);
  const fields = depth < MAX_DEPTH ? readFields(bytes, depth + 1) : undefined;
  if (fields !== undefined) return braced(fields);
  const isText = !/[\p{Cc}\ufffd]/u.test(text.replace(/[\t\r\n]/g, ''));
  return isText ? JSON.stringify(text) : `"bin:${bytes.toString('base64')}"`;
}

/** An integer of at most ten bytes. */
function readVarint(bytes: Buffer, at: number): { readonly value: bigint; readonly end: number } | undefined {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + index + 1 };
  }
  return undefined;
}
