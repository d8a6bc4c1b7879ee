import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileFor } from '../../../src/hosts/registry.js';
import { fixturePlugin, removeFolders, startFixture } from '../../runtime/grpc/fixture.js';
import { cpex } from '../../shell/cli.js';
import { FIXTURE } from './oracle.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-go-plugin-'));
const COOKIE = ['--cookie', 'FIXTURE_PLUGIN=fixture-plugin-v1'];
let plugin = '';
beforeAll(() => {
  plugin = fixturePlugin();
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  removeFolders();
});

function run(...args: string[]) {
  return cpex(['run', '--plugin', plugin, '--host', 'go-plugin', ...COOKIE, ...args], { cwd: folder });
}

it('what a plugin describes is what its files say', async () => {
  const cookie = { key: 'A', value: 'b' };
  const { session } = await startFixture();
  try {
    const unlearnt = await profileFor('go-plugin', { root: FIXTURE, application: { cookie } });
    const learnt = await unlearnt.learn?.(session);
    const read = await profileFor('go-plugin', { root: FIXTURE, application: { cookie, protos: ['fixture.proto'] } });
    const [told, written] = [learnt?.contract, read.contract].map((contract) => ({
      methods: [...(contract?.methods.values() ?? [])].map(({ summary: _, ...rest }) => rest),
      types: [...(contract?.types ?? [])].filter(([name]) => name.startsWith('fixture.')).sort(),
    }));
    expect(told?.methods).toHaveLength(13);
    expect(told).toEqual(written);
    const sample = learnt?.contract.methods.get('fixture.v1.Fixture/Echo')?.samples[0];
    const [one, other] = [learnt, read].map((profile) => profile?.protocol.encodeRequest(sample, 'Echo'));
    expect(one).toEqual(other);
    expect(one?.length).toBeGreaterThan(100);
  } finally {
    await session.stop();
  }
}, 60_000);

describe('cpex run', () => {
  it('calls a method that it learns of from the plugin', () => {
    const { status, stdout } = run('Echo', '-d', '{"an_int64":9007199254740993,"line":{"text":"hi"}}');
    expect({ status, result: JSON.parse(stdout) }).toMatchObject({
      status: 0,
      result: { anInt64: '9007199254740993', line: { text: 'hi' } },
    });
  });

  it('sends and takes streams', () => {
    const counted = run('Fixture/Count', '-d', '{"first":5,"count":2}', '--json');
    expect(JSON.parse(counted.stdout).result.stream).toEqual({ chunks: [{ value: '5' }, { value: '6' }] });
    const summed = run('Sum', '-d', '[{"value":5},{"value":"7"}]', '--proto', path.join(FIXTURE, 'fixture.proto'));
    expect(JSON.parse(summed.stdout)).toEqual({ value: '12' });
    const talked = run('Chat', '-d', '[{"text":"a"},{"text":"b"}]', '--json');
    expect(JSON.parse(talked.stdout).result.stream.chunks).toEqual([{ text: 'A' }, { text: 'B' }]);
  });

  it.each([
    [['Fail', '-d', '{"code":6,"message":"there"}'], 1, 'answered with ALREADY_EXISTS: there'],
    [['Ecko'], 2, 'Did you mean "Echo"?'],
    [['Echo', '-d', '{"an_int32":"x"}'], 2, 'an_int32: expected a whole number (int32), found "x".'],
    [['Echo', 'more'], 2, 'There is a word too many: more'],
  ])('%j fails as it should', (args, status, text) => {
    const { status: code, stderr } = run(...(args as string[]));
    expect({ code, stderr }).toMatchObject({ code: status, stderr: expect.stringContaining(text as string) });
  });

  it('records a call as a case that passes', () => {
    expect(run('Count', '-d', '{"first":1,"count":2}', '--record', 'counted.yaml').status).toBe(0);
    expect(readFileSync(path.join(folder, 'counted.yaml'), 'utf8')).toContain('method: fixture.v1.Fixture/Count');
    expect(test('counted.yaml')).toMatchObject({ status: 0 });
  });

  it('wants the cookie', () => {
    const { status, stderr } = cpex(['run', '--plugin', plugin, '--host', 'go-plugin', 'Echo'], { cwd: folder });
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('--cookie KEY=VALUE') });
  });
});

function test(file: string) {
  const args = ['test', plugin, file, '--host', 'go-plugin', ...COOKIE, '--only', 'case:*', '--reporter', 'json'];
  return cpex(args, { cwd: folder });
}

describe('a case', () => {
  const cases = (text: string) => {
    writeFileSync(path.join(folder, 'some.yaml'), text);
    const { status, stdout } = test('some.yaml');
    const { results } = JSON.parse(stdout) as {
      results: { id: string; verdict: string; findings: { message: string }[] }[];
    };
    const own = results.filter(({ id }) => id.startsWith('case:'));
    return { status, own: own.map(({ verdict, findings }) => [verdict, ...findings.map(({ message }) => message)]) };
  };

  it('expects in any spelling', () => {
    const { status, own } = cases(`cases:
  - name: echoes
    method: Echo
    request: { an_int64: 9007199254740993, aString: x, numbers: [1, "2"], counts: { a: 18 }, colour: 1 }
    expect:
      result: { an_int64: 9007199254740993, a_string: x, numbers: [1, 2], counts: { a: 18 }, colour: COLOUR_RED, maybe: { $absent: true }, a_uint64: { $not: 1 } }
  - name: streams
    method: Fixture/Count
    request: { first: 5, count: 2 }
    expect: { stream: { chunks: [{ value: 5 }, { value: 6 }] } }
  - name: fails after two
    method: Count
    request: { first: 1, count: 2, code: 5 }
    expect: { error: { code: NOT_FOUND }, stream: { chunks: [{ value: 1 }, { value: 2 }] } }
`);
    expect({ status, own }).toEqual({ status: 0, own: [['pass'], ['pass'], ['pass']] });
  });

  it('that fails is replayed without a word about the application', () => {
    writeFileSync(
      path.join(folder, 'wrong.yaml'),
      'cases: [{ name: wrong, method: Sum, expect: { result: { value: 6 } } }]',
    );
    const repro = path.join(folder, 'repro');
    const about = [
      '--host',
      'go-plugin',
      ...COOKIE,
      '--proto',
      path.relative(folder, path.join(FIXTURE, 'fixture.proto')),
    ];
    const only = ['--only', 'case:*', '--repro', repro];
    const failed = cpex(['test', plugin, 'wrong.yaml', ...about, ...only], { cwd: folder });
    expect(failed).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('cpex test --replay repro/case-wrong.json'),
    });
    const replayed = cpex(['test', '--replay', path.join(repro, 'case-wrong.json'), '--reporter', 'json']);
    const { results } = JSON.parse(replayed.stdout) as { results: { id: string; verdict: string }[] };
    expect(results.filter(({ verdict }) => verdict !== 'skip')).toMatchObject([{ id: 'case:wrong', verdict: 'fail' }]);
  });

  it('says what differs', () => {
    const { status, own } = cases(`cases:
  - name: is wrong
    method: Echo
    request: { an_int64: 5 }
    expect: { result: { an_int64: 6 } }
  - name: is misspelt
    method: Ecko
    expect: { result: {} }
  - name: has a field too many
    method: Echo
    request: { an_int65: 5 }
    expect: { result: {} }
`);
    expect(status).toBe(1);
    expect(own.map(([verdict]) => verdict)).toEqual(['fail', 'fail', 'fail']);
    expect(own.flat().join('\n')).toContain('result.anInt64: expected "6", found "5"');
    expect(own.flat().join('\n')).toContain('Did you mean "Echo"?');
    expect(own.flat().join('\n')).toContain('has no field "an_int65". Did you mean "an_int64"?');
  });
});
