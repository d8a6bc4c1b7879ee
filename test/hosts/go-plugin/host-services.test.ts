import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixturePlugin, removeFolders } from '../../runtime/grpc/fixture.js';
import { cpex } from '../../shell/cli.js';
import { FIXTURE } from './oracle.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-host-services-'));
const HOST = ['--host', 'go-plugin', '--cookie', 'FIXTURE_PLUGIN=fixture-plugin-v1'];
const PROTO = ['--proto', path.join(FIXTURE, 'fixture.proto')];
const ASK = ['-d', '{"broker_id":{"$broker":"serve"},"text":"q","times":2}'];
let plugin = '';
beforeAll(() => {
  plugin = fixturePlugin();
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  removeFolders();
});

function test(cases: string, ...more: string[]) {
  writeFileSync(path.join(folder, 'asks.yaml'), cases);
  const args = ['test', plugin, 'asks.yaml', ...HOST, ...more, '--only', 'case:*', '--reporter', 'json'];
  const { status, stdout } = cpex(args, { cwd: folder });
  const { results } = JSON.parse(stdout) as {
    results: { id: string; verdict: string; findings: { message: string }[] }[];
  };
  return {
    status,
    own: results
      .filter(({ id }) => id.startsWith('case:'))
      .map(({ verdict, findings }) => [verdict, ...findings.map(({ message }) => message)]),
  };
}

it.each([
  ['learnt from the plugin', [] as string[]],
  ['read from files', PROTO],
])('a plugin asks services of its host, %s, and hears what the case says', (_, more) => {
  const { status, own } = test(
    `cases:
  - name: asks twice over one connection
    method: AskHost
    request: { broker_id: { $broker: serve }, text: hello, times: 3 }
    host:
      services:
        - { method: fixture.v1.Host/Ask, response: { text: first } }
        - { method: Host/Ask, response: { text: then }, delay_ms: 1 }
    expect:
      result: { text: "first, then, then" }
      calls:
        - { method: fixture.v1.Host/Ask, request: { text: hello 0 }, ok: true }
        - { method: fixture.v1.Host/Ask, request: { text: hello 1 } }
        - { method: fixture.v1.Host/Ask, request: { text: hello 2 } }
  - name: hears a status
    method: AskHost
    request: { broker_id: { $broker: serve }, text: hello }
    host: { services: [{ method: Ask, error: { code: NOT_FOUND, message: "there is none, só \\ud800" } }] }
    expect:
      error: { code: NOT_FOUND, message: "there is none, só \ufffd" }
      calls: [{ method: fixture.v1.Host/Ask, ok: false }]
`,
    ...more,
  );
  expect({ status, own }).toEqual({ status: 0, own: [['pass'], ['pass']] });
});

it('says what is wrong with a script, and where nobody answers', () => {
  const asks = (services: string) => `
    method: AskHost
    request: { broker_id: { $broker: serve }, text: hello }
    host: { services: [${services}] }
    expect: { result: { text: x } }`;
  const { status, own } = test(`cases:
  - name: no answer${asks('')}
  - name: unknown method${asks('{ method: Host/Aks }')}
  - name: wrong field${asks('{ method: Host/Ask, response: { txt: hi } }')}
  - name: wrong code${asks('{ method: Host/Ask, error: { code: NOT_THERE } }')}
  - name: streams${asks('{ method: Fixture/Count }')}
`);
  expect({ status, verdicts: own.map(([verdict]) => verdict) }).toMatchObject({ status: 1 });
  const [none, unknown, field, code, streams] = own.map((one) => one.join('\n'));
  expect(none).toContain('Nothing is known to answer fixture.v1.Host/Ask with: write it under host.services');
  expect(unknown).toContain('There is no method "Host/Aks". Did you mean "Host/Ask"?');
  expect(field).toContain('The scripted answer of fixture.v1.Host/Ask does not fit fixture.v1.Line:');
  expect(code).toContain('has the code "NOT_THERE", which is none of gRPC\'s');
  expect(streams).toContain('fixture.v1.Fixture/Count streams, and scripts answer with one message.');
});

it('cpex run takes the answers from a file, and records a case with the place in it', () => {
  writeFileSync(path.join(folder, 'answers.yaml'), 'services: [{ method: Host/Ask, response: { text: yes } }]\n');
  const args = ['run', '--plugin', plugin, ...HOST, 'AskHost', ...ASK, '--answers', 'answers.yaml'];
  const { status, stdout } = cpex([...args, '--record', 'asked.yaml'], { cwd: folder });
  expect({ status, result: JSON.parse(stdout) }).toEqual({ status: 0, result: { text: 'yes, yes' } });
  const recorded = readFileSync(path.join(folder, 'asked.yaml'), 'utf8');
  expect(recorded).toContain('$broker: serve');
  const answered = `${recorded}host: { services: [{ method: Ask, response: { text: "yes" } }] }\n`;
  expect(test(answered)).toMatchObject({ status: 0 });
});
