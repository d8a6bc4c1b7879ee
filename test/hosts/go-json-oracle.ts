import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeGo } from '../../src/hosts/go-json/decode.js';
import { encodeGo, GoValueError } from '../../src/hosts/go-json/encode.js';
import type { GoTypes } from '../../src/hosts/go-json/shapes.js';
import type { JsonSchema } from '../../src/model/contract.js';

/** What became of a document: the text after decoding and encoding again, or the text of the error. */
export type Outcome = { readonly json: string } | { readonly error: string };

export interface Question {
  readonly type: string;
  /** The document; bytes where it is not UTF-8. */
  readonly json: string | Uint8Array;
}

const TEXT = { type: 'string' };
const BYTES = { type: 'string', contentEncoding: 'base64' };
const INNER = { $ref: '#/$defs/Inner' };
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const map = (values: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties: values });

/** The mirror of `Odd` in the Go program. */
const ODD: Record<string, JsonSchema> = {
  Inner: {
    type: 'object',
    properties: {
      Task: TEXT,
      Kind: { type: 'integer', format: 'int64' },
      List: list({ type: 'integer', format: 'int32' }),
    },
  },
  Odd: {
    type: 'object',
    properties: {
      small: { type: 'integer', format: 'int32' },
      unsigned: { type: 'integer', format: 'uint32', 'x-omit-empty': true },
      large: { type: 'integer', format: 'uint64' },
      float: { type: 'number' },
      maybe: { type: 'number', 'x-omit-empty': true },
      any: {},
      bytes: list(BYTES),
      grid: list(list(INNER)),
      structs: map(INNER),
      byte_map: { ...map(BYTES), 'x-omit-empty': true },
      inner: { ...INNER, 'x-pointer': true, 'x-omit-empty': true },
      Task: TEXT,
      Kind: TEXT,
      KIND: TEXT,
      flag: { type: 'boolean', 'x-omit-empty': true },
      at: { type: 'string', format: 'date-time', 'x-omit-empty': true },
      Raw: { 'x-go': 'json.RawMessage' },
      Err: { 'x-go': 'error' },
    },
  },
};

const file = path.resolve(import.meta.dirname, '../../schemas/hosts/cliproxy/types.json');
const contract = (JSON.parse(readFileSync(file, 'utf8')) as { $defs: Record<string, JsonSchema> }).$defs;

/** The types of the cliproxy contract, and `Odd`, which has what they have not. */
export const TYPES: GoTypes = new Map(Object.entries({ ...contract, ...ODD }));

export function reference(type: string): JsonSchema {
  return { $ref: `types.json#/$defs/${type}` };
}

/** What was read and cannot be written; the two sides have words of their own for it. */
const UNWRITABLE = 'marshal';

/** What the codec makes of a document. */
export function ours({ type, json }: Question): Outcome {
  const reading = decodeGo(typeof json === 'string' ? Buffer.from(json) : json, reference(type), TYPES);
  if (!reading.ok) return { error: reading.message };
  try {
    return { json: Buffer.from(encodeGo(reading.value, reference(type), TYPES)).toString('utf8') };
  } catch (error) {
    if (error instanceof GoValueError) return { error: UNWRITABLE };
    throw error;
  }
}

/** Go's own encoding/json, in a program that was built for the test. */
export class Oracle {
  readonly #program: string;

  constructor(folder: string) {
    this.#program = path.join(folder, 'oracle');
    const source = path.join(import.meta.dirname, 'go-json-oracle');
    execFileSync('go', ['build', '-trimpath', '-o', this.#program, '.'], { cwd: source, stdio: 'inherit' });
  }

  ask(questions: readonly Question[]): Outcome[] {
    const lines = questions.map(({ type, json }) =>
      JSON.stringify({ type, json: Buffer.from(json).toString('base64') }),
    );
    const run = spawnSync(this.#program, { input: `${lines.join('\n')}\n`, maxBuffer: 2 ** 29 });
    if (run.status !== 0) throw new Error(`the oracle failed: ${run.stderr}`);
    const answers = run.stdout.toString('utf8').trimEnd().split('\n');
    if (answers.length !== questions.length) throw new Error(`the oracle gave ${answers.length} answers`);
    return answers.map((line) => {
      const { json, error } = JSON.parse(line) as { json?: string; error?: string };
      if (error?.startsWith('marshal: ')) return { error: UNWRITABLE };
      return error === undefined ? { json: Buffer.from(json ?? '', 'base64').toString('utf8') } : { error };
    });
  }
}
