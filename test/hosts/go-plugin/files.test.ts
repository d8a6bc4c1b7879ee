import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMethod } from '../../../src/hosts/go-plugin/find-method.js';
import { loadProtoFiles } from '../../../src/hosts/go-plugin/proto/load-files.js';
import type { Services } from '../../../src/hosts/go-plugin/proto/model.js';
import { profileFor } from '../../../src/hosts/registry.js';
import { fixtureServices } from './oracle.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-proto-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const place = path.join(folder, name);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, text);
  return name;
}

const SERVICE = 'service S { rpc Do(M) returns (M); }';

describe('a .proto file', () => {
  it('finds what it imports beside itself, above itself, and what Google has', async () => {
    file('common/types.proto', 'syntax = "proto3"; package c; message Kind { bool yes = 1; }');
    file('api/near.proto', 'syntax = "proto3"; package n; message Near { string x = 1; }');
    const name = file(
      'api/service.proto',
      `syntax = "proto3"; package p;
import "common/types.proto"; import "near.proto"; import "google/protobuf/empty.proto";
import "google/api/annotations.proto";
message M { c.Kind kind = 1; n.Near near = 2; }
service S { rpc Do(M) returns (google.protobuf.Empty) { option (google.api.http) = { get: "/v1" }; } }`,
    );
    const { services } = await loadProtoFiles([name], folder);
    expect([...services.keys()]).toEqual(['p.S']);
    const method = services.get('p.S')?.get('p.S/Do');
    expect(method?.request.fields.map((field) => field.jsonName)).toEqual(['kind', 'near']);
    expect(method?.answer.fullName).toBe('google.protobuf.Empty');
  });

  it('of proto2 has required fields, groups, extensions and numbers one by one', async () => {
    const name = file(
      'two.proto',
      `syntax = "proto2"; package two; enum E { A = 1; B = 2; }
message M { required string id = 1; repeated int32 many = 2; repeated int32 block = 3 [packed = true];
  optional group Part = 4 { optional int32 x = 1; } optional E e = 5; optional string named = 6 [json_name = "other"]; extensions 100 to 200; }
extend M { optional string more = 100; } ${SERVICE}`,
    );
    const { messages } = await loadProtoFiles([name], folder);
    const fields = messages.get('two.M')?.fields ?? [];
    const shown = fields.map(({ jsonName, presence, packed }) => `${jsonName} ${presence}${packed ? ' packed' : ''}`);
    expect(shown).toEqual([
      ...['id required', 'many implicit', 'block implicit packed', 'part explicit', 'e explicit', 'other explicit'],
      '[two.more] explicit',
    ]);
    expect(fields[3]?.value).toMatchObject({ kind: 'message', delimited: true });
  });

  it.each([
    [
      'has a mistake',
      'syntax = "proto3";\nmessage M {\n  string x 1;\n}',
      "mistake.proto:3: illegal token '1', '=' expected.",
    ],
    [
      'lacks a type',
      `syntax = "proto3"; message M { Kind k = 1; } ${SERVICE}`,
      "no such Type or Enum 'Kind' in Type .M",
    ],
    [
      'lacks what it imports',
      `syntax = "proto3"; import "x.proto"; message M { X x = 1; } ${SERVICE}`,
      'do not fit together',
    ],
    ['is no text', '\u0000\u0001', 'mistake.proto:1: illegal token'],
  ])('that %s is refused', async (_, text, message) => {
    await expect(loadProtoFiles([file('mistake.proto', text)], folder)).rejects.toMatchObject({
      code: 'CPEX_E_PROTO_FILE',
      message: expect.stringContaining(message),
    });
  });

  it('that is not there is named with all others', async () => {
    await expect(loadProtoFiles(['a.proto', 'b.proto'], folder)).rejects.toMatchObject({
      message: 'There is no file a.proto, b.proto.',
    });
  });

  it('without a service is refused by a host', async () => {
    const protos = [file('none.proto', 'syntax = "proto3"; message M {}')];
    const cookie = { key: 'A', value: 'b' };
    const asked = profileFor('go-plugin', { root: folder, application: { protos, cookie } });
    await expect(asked).rejects.toMatchObject({ message: 'The .proto files have no service.' });
  });
});

describe('a method', () => {
  let services: Services;
  beforeAll(async () => {
    services = await fixtureServices();
  });

  it.each(['fixture.v1.Fixture/Echo', 'Fixture/Echo', 'Echo', 'fixture.v1.Fixture.Echo', 'Fixture.Echo'])(
    'is found as %s',
    (name) => expect(findMethod(services, name).wire).toBe('fixture.v1.Fixture/Echo'),
  );

  it('keeps the connection that it is for', () => {
    expect(findMethod(services, 'broker:3/Echo').wire).toBe('broker:3/fixture.v1.Fixture/Echo');
  });

  it.each([
    ['Ecko', 'There is no method "Ecko". Did you mean "Echo"?'],
    ['cho', 'There is no method "cho".'],
    ['Fixtur/Echo', 'Did you mean "Fixture/Echo"?'],
    ['', 'There is no method "".'],
  ])('%j is none', (name, message) => {
    expect(() => findMethod(services, name)).toThrow(
      expect.objectContaining({ code: 'CPEX_E_SERVICE_UNKNOWN', message: expect.stringContaining(message) }),
    );
  });
});

describe('a host of go-plugin', () => {
  it('has to know the cookie', async () => {
    await expect(profileFor('go-plugin', { root: folder })).rejects.toMatchObject({ code: 'CPEX_E_COOKIE', exit: 2 });
  });

  it('takes its rules from the project', async () => {
    const cookie = { key: 'KEY', value: 'value' };
    const settings = { cookie, versions: [2, 3], auto_mtls: true, args: ['serve'], env: { A: 'b' } };
    const { process } = await profileFor('go-plugin', { root: folder, manifest: { process: settings } });
    expect(process).toEqual({
      transport: 'grpc',
      cookie,
      versions: [2, 3],
      autoMtls: true,
      args: ['serve'],
      env: { A: 'b' },
    });
  });

  it('refuses services that no file has', async () => {
    const protos = [file('s.proto', `syntax = "proto3"; package p; message M {} ${SERVICE}`)];
    const settings = { cookie: { key: 'A', value: 'b' }, protos, services: ['p.T'] };
    await expect(profileFor('go-plugin', { root: folder, manifest: { process: settings } })).rejects.toMatchObject({
      message: 'No .proto file has the service p.T.',
      evidence: ['p.S'],
    });
  });

  it('holds a plugin to the services that the project names, and to one of those in its files', async () => {
    const two = `syntax = "proto3"; package p; message M {} ${SERVICE} service T { rpc Un(M) returns (M); }`;
    const settings = { cookie: { key: 'A', value: 'b' }, protos: [file('two-services.proto', two)] };
    const findings = async (served: readonly string[], capabilities?: readonly string[]) => {
      const named = capabilities === undefined ? {} : { capabilities };
      const { protocol } = await profileFor('go-plugin', { root: folder, manifest: { process: settings, ...named } });
      const read = protocol.readRegistration({ services: ['grpc.health.v1.Health', ...served] });
      return { said: read.findings.map(({ message }) => message), capabilities: read.registration?.capabilities };
    };
    expect(await findings(['p.S'])).toEqual({ said: [], capabilities: { service: ['p.S'] } });
    expect((await findings(['x.Y'])).said).toEqual([
      'The plugin serves none of the services that the host knows: p.S, p.T.',
    ]);
    expect((await findings(['p.S'], ['service:p.T'])).said).toEqual(['The plugin does not serve p.T.']);
    expect((await findings(['p.S'], ['service:S'])).said).toEqual([]);
  });
});
