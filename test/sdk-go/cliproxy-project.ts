import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeGo } from '../../src/hosts/go-json/encode.js';
import type { JsonSchema } from '../../src/model/contract.js';
import { contractPart } from '../../src/project/contract-data.js';
import { GoProject } from './toolchain.js';

interface Method {
  readonly request: { readonly $ref: string };
  readonly samples?: readonly unknown[];
}

const types = (contractPart('cliproxy', 'types') as { $defs: Record<string, JsonSchema> }).$defs;
const contract = contractPart('cliproxy', 'contract') as { methods: Record<string, Method> };

/** The cliproxy template as it stands: every capability, with the SDK as `cpex new` lays it out. */
export function cliproxyProject(): GoProject {
  return new GoProject('cliproxy');
}

/** Copies the unit tests of the SDK's parts into a project, with bodies of every type as the host writes them. */
export function addUnitTests(project: GoProject): void {
  const folder = path.join(project.folder, 'internal/cpex');
  cpSync(path.join(import.meta.dirname, 'cliproxy-unit'), folder, { recursive: true });
  const bodies = hostBodies();
  mkdirSync(path.join(folder, 'testdata'), { recursive: true });
  writeFileSync(path.join(folder, 'testdata/bodies.json'), JSON.stringify(bodies));
  const names = [...new Set(bodies.map(({ Type }) => Type))];
  const cases = names.flatMap((name) => [`\tcase "${name}":`, `\t\treturn new(${name})`]);
  const source = [
    'package cpex',
    '',
    'func newValue(name string) any {',
    '\tswitch name {',
    ...cases,
    '\t}',
    '\treturn nil',
    '}',
    '',
  ];
  writeFileSync(path.join(folder, 'newvalue_test.go'), source.join('\n'));
}

/** The zero value of every struct and the sample requests of the methods. */
function hostBodies(): { Type: string; Body: string }[] {
  const known = new Map(Object.entries(types));
  const write = (name: string, value: unknown) => {
    const schema = known.get(name);
    if (schema === undefined) throw new RangeError(`no type ${name}`);
    const body = Buffer.from(encodeGo(value, schema, known)).toString('utf8');
    // A Go error must be null or away; the bindings leave it away.
    return { Type: name, Body: body.replace(',"Err":null', '') };
  };
  const structs = Object.keys(types).filter((name) => types[name]?.type === 'object');
  const samples = Object.values(contract.methods).flatMap(({ request, samples: values = [] }) =>
    values.map((value) => write(request.$ref.replace(/^.*\//, ''), value)),
  );
  return [...structs.map((name) => write(name, {})), ...samples];
}
