import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGo } from '../../src/hosts/go-json/decode.js';
import { encodeGo } from '../../src/hosts/go-json/encode.js';
import type { JsonSchema } from '../../src/model/contract.js';
import { emitCBindings } from '../../src/scaffold/bindings/c.js';
import { nameOf } from '../../src/scaffold/bindings/names.js';
import { addressSanitizer, outcomeOf, STRICT, Workbench } from './toolbox.js';

const repository = path.join(import.meta.dirname, '../..');
const readJson = (name: string) =>
  JSON.parse(readFileSync(path.join(repository, 'schemas/hosts/cliproxy', `${name}.json`), 'utf8'));
const contract = readJson('contract');
const types = readJson('types');
const schemas = new Map<string, JsonSchema>(Object.entries(types.$defs));
const structs = [...schemas].filter(([, schema]) => schema.properties !== undefined).map(([name]) => name);

const bench = new Workbench('cliproxy');
let host = '';
let library = '';

/** The contract with one method more for each struct, which gives back what it was given. */
function echoContract() {
  const ref = (name: string) => ({ $ref: `types.json#/$defs/${name}` });
  const echoes = structs.map((name) => [`x.${name}`, { summary: '', request: ref(name), result: ref(name) }]);
  return { ...contract, methods: { ...contract.methods, ...Object.fromEntries(echoes) } };
}

beforeAll(async () => {
  for (const file of emitCBindings({ contract: echoContract(), types })) {
    writeFileSync(path.join(bench.project, file.path), file.content);
  }
  const heads = structs.map((name) => {
    const { snake } = nameOf(name);
    return { snake, head: `const cpex_json *cpex_run_x_${snake}(cpex_call *call, const cpex_json *request)` };
  });
  const header = bench.write(
    'echoes.h',
    `#pragma once\n#include "cpex_profile.h"\n${heads.map(({ head }) => `${head};\n`).join('')}`,
  );
  const source = bench.write('echoes.c', heads.map(({ snake, head }) => echo(snake, head)).join(''));
  const flags = await addressSanitizer(bench);
  const extra = [path.join(bench.project, 'src/plugin.c')];
  [host, library] = await Promise.all([
    bench.compile('abi_host.c', { flags }),
    bench.compile(source, { part: 'all', flags: [...flags, ...STRICT, '-include', header], shared: true, extra }),
  ]);
}, 240_000);
afterAll(() => bench.remove());

function echo(snake: string, head: string): string {
  return [
    `${head} {`,
    '  cpex_reader reader = {cpex_memory(call), {NULL, 0}};',
    '  cpex_place root = cpex_place_root("value", request);',
    `  cpex_${snake} value;`,
    '  memset(&value, 0xA5, sizeof value);',
    `  if (!cpex_read_${snake}(&reader, &root, &value)) return cpex_invalid_request(call, reader.error);`,
    `  return cpex_${snake}_json(cpex_memory(call), &value);`,
    '}',
    '',
  ].join('\n');
}

/** The reply's body to each of some bodies of one struct. */
async function echoed(name: string, bodies: readonly string[]): Promise<string[]> {
  const lines = bodies.map((body) => `call x.${name} ${Buffer.from(body).toString('hex')}`);
  const input = Buffer.from(`init\n${lines.join('\n')}\nshutdown\n`);
  const { stdout, stderr } = await outcomeOf(host, [library], { input });
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('reply '))
    .map((line) => Buffer.from(line.split(' ')[2] ?? '', 'hex').toString());
}

/** What the SDK writes where Go writes `json`: it escapes less, and has no errors in chunks. */
const asWritten = (json: string) =>
  json
    .replaceAll(/\\u(003c|003e|0026|2028|2029)/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/,?"Err":null/g, '');
const inGo = (value: unknown, name: string) =>
  Buffer.from(encodeGo(value, schemas.get(name) ?? {}, schemas)).toString();
const success = (json: string) => `{"ok":true,"result":${asWritten(json)}}`;

/** A value with nothing zero in it, and no value twice in a struct. */
function filled(schema: JsonSchema, seed: string): unknown {
  if (schema['x-go'] === 'error' || schema['x-bindings'] === false) return undefined;
  if (typeof schema.$ref === 'string') return filled(schemas.get(schema.$ref.split('/').at(-1) ?? '') ?? {}, seed);
  if (Array.isArray(schema.enum)) return schema.enum[1];
  switch (schema.type) {
    case 'string':
      if (schema.contentEncoding !== undefined) return Buffer.from(`${seed}\0ÿ`).toString('base64');
      return schema.format === 'date-time'
        ? `2026-08-12T01:30:${10 + (seed.length % 50)}.25Z`
        : `${seed}<é"\\\n😀\u2028&>`;
    case 'boolean':
      return true;
    case 'integer':
      return EXTREMES[String(schema.format)];
    case 'array':
      return [filled(schema.items as JsonSchema, `${seed}.0`), filled(schema.items as JsonSchema, `${seed}.1`)];
    case 'object':
      return filledObject(schema, seed);
    default:
      return { any: [1.5e300, null, seed] };
  }
}

function filledObject(schema: JsonSchema, seed: string): unknown {
  if (schema.properties !== undefined) {
    const entries = Object.entries(schema.properties as Record<string, JsonSchema>);
    return Object.fromEntries(entries.map(([key, value]) => [key, filled(value, key)]));
  }
  const values = schema.additionalProperties;
  if (typeof values !== 'object') return { a: { deep: [seed] }, b: 18014398509481984n.toString() };
  return { [`A-${seed}`]: filled(values as JsonSchema, `${seed}.a`), z: filled(values as JsonSchema, `${seed}.z`) };
}

const EXTREMES: Record<string, bigint> = {
  ...{ int32: -2147483648n, uint32: 4294967295n, int64: -9223372036854775808n, uint64: 18446744073709551615n },
};

describe('every struct of the contract', () => {
  it.each(structs)('goes both ways, field by field: %s', async (name) => {
    const full = filled(schemas.get(name) ?? {}, name);
    const text = inGo(full, name);
    const empty = inGo({}, name);
    const keys = Object.keys(JSON.parse(text));
    const nulls = JSON.stringify(Object.fromEntries(keys.map((key) => [key, null])));
    const more = text.replace(/\}$/, `${keys.length > 0 ? ',' : ''}"zz":[{"zz":null}]}`);
    const [whole, again, none, missing, unknown] = await echoed(name, [text, asWritten(text), nulls, '{}', more]);
    expect(whole).toBe(success(text));
    expect(again).toBe(success(text));
    expect(none).toBe(success(empty));
    expect(missing).toBe(success(empty));
    expect(unknown).toBe(success(text));
    // What was written means the same to the other side.
    const back = decodeGo(Buffer.from(asWritten(text)), schemas.get(name) ?? {}, schemas);
    expect(back).toMatchObject({ ok: true });
    if (back.ok) expect(inGo(back.value, name)).toBe(text);
  });

  it('leaves each field alone when only another one is there', async () => {
    const name = 'ModelInfo';
    const full = filled(schemas.get(name) ?? {}, name) as Record<string, unknown>;
    const singles = Object.entries(full).map(([key, value]) => inGo({ [key]: value }, name));
    expect(await echoed(name, singles)).toEqual(singles.map((text) => success(text)));
  });

  it('takes times as Go writes them, and no others', async () => {
    const at = (time: string) => JSON.stringify({ NextRefreshAfter: time });
    const good: [string, string][] = [
      ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
      ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
      ['1970-01-01T00:00:00+00:00', '1970-01-01T00:00:00Z'],
      ['2024-02-29T23:59:59.120-12:30', '2024-03-01T12:29:59.12Z'],
      ['2000-03-01T00:00:00+23:59', '2000-02-29T00:01:00Z'],
      ['1900-02-28T23:00:00-01:00', '1900-03-01T00:00:00Z'],
    ];
    const replies = await echoed(
      'AuthData',
      good.map(([time]) => at(time)),
    );
    expect(replies.map((reply) => JSON.parse(reply).result.NextRefreshAfter)).toEqual(good.map(([, time]) => time));
    const bad = ['', '2024-02-30T00:00:00Z', '2023-02-29T00:00:00Z', '2024-01-01', '2024-01-01T24:00:00Z'];
    bad.push('2024-01-01T00:00:00', '2024-01-01T00:00:00.Z', '2024-01-01T00:00:60Z', '2024-01-01T00:00:00+24:00');
    for (const reply of await echoed('AuthData', bad.map(at))) {
      expect(JSON.parse(reply).error).toEqual({
        code: 'invalid_request',
        message: 'value.NextRefreshAfter must be a time in RFC 3339, not a string.',
      });
    }
  });

  it('says which field is not what it should be', async () => {
    const wrong: [string, string][] = [
      ['{"Models":[{"ID":"a"},{"ID":2}]}', 'value.Models[1].ID must be a string, not a number.'],
      ['{"Models":[{"Thinking":[]}]}', 'value.Models[0].Thinking must be an object, not an array.'],
      ['{"AuthUpdate":{"Attributes":{"a":1}}}', 'value.AuthUpdate.Attributes.a must be a string, not a number.'],
      ['{"Models":{}}', 'value.Models must be an array, not an object.'],
      ['{"Models":[{"Created":1.5}]}', 'value.Models[0].Created must be a 64-bit integer; this number does not fit.'],
    ];
    const replies = await echoed(
      'ModelResult',
      wrong.map(([body]) => body),
    );
    expect(replies.map((reply) => JSON.parse(reply).error.message)).toEqual(wrong.map(([, message]) => message));
  });
});
