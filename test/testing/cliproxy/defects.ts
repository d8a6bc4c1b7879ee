import type { Verdict } from '../../../src/model/event.js';

/** A plugin made of `native/corpus/c/cliproxy/good.h` with some macros replaced, and what is said about it. */
export interface Defect {
  readonly name: string;
  /** Macros before the header; see there. */
  readonly define: Readonly<Record<string, string>>;
  /** Method that `cpex run` calls; an interception when absent. */
  readonly method?: string;
  readonly run: { readonly code: number; readonly says: RegExp };
  /** Every test that does not pass, with its verdict; all others must pass or be skipped. */
  readonly fires: Readonly<Partial<Record<string, Verdict>>>;
  /** Name of the library, when it is not `plugin.so`. */
  readonly file?: string;
  readonly flags?: readonly string[];
}

const metadata = (more: Readonly<Record<string, string>>) =>
  JSON.stringify({
    Name: 'plugin',
    Version: '1.0.0',
    Author: 'Tests',
    GitHubRepository: 'https://github.com/tests/plugin',
    ...more,
  });

/** A JSON text as a C string literal. */
export const text = (json: string) => JSON.stringify(json);
/** The statement of a handler that answers with success. */
export const ok = (result: unknown) => `reply(out, ${text(JSON.stringify({ ok: true, result }))})`;
/** A statement that answers one method, for `ON_OTHER`. */
export const answers = (method: string, result: unknown) => `if (is("${method}")) return ${ok(result)};`;

const fine = { code: 0, says: /^/ };
const refused = (says: RegExp) => ({ code: 4, says });

const EXECUTES = [
  answers('executor.identifier', { identifier: 'tests' }),
  answers('executor.execute', { Payload: 'e30=' }),
  answers('executor.count_tokens', { Payload: 'e30=' }),
  answers('executor.http_request', { StatusCode: 200 }),
];
/** Macros of a plugin that executes. */
export const executor = (formats: object, stream: string) => ({
  CAPABILITIES: text(JSON.stringify({ executor: true, ...formats })),
  'ON_OTHER()': [...EXECUTES, stream].join(' '),
});
export const FORMATS = { executor_input_formats: ['openai'], executor_output_formats: ['openai'] };
export const FINITE = answers('executor.execute_stream', { chunks: [{ Payload: 'aGk=' }] });

/** Loading and registering. */
export const REFUSALS: readonly Defect[] = [
  {
    name: 'no-entry',
    define: { ENTRY: 'cliproxy_plugin_start' },
    run: { code: 5, says: /cliproxy_plugin_init is not exported/ },
    fires: { 'entry.one': 'fail' },
    flags: ['--skip', 'audit'],
  },
  {
    name: 'refuses-init',
    define: { INIT_RESULT: '7' },
    run: refused(/cliproxy_plugin_init returned 7/),
    fires: { 'init.ok': 'fail' },
  },
  {
    name: 'wrong-abi',
    define: { ABI_VERSION: '2' },
    run: refused(/plugin ABI version 2 is not supported/),
    fires: { 'init.version': 'fail' },
  },
  {
    name: 'half-table',
    define: { FREE_BUFFER: '0' },
    run: refused(/plugin function table is incomplete/),
    fires: { 'init.ok': 'fail' },
  },
  {
    name: 'no-repository',
    define: { METADATA: text(metadata({ GitHubRepository: ' ' })) },
    run: refused(/returned invalid metadata or no capabilities.*GitHubRepository/s),
    fires: { 'register.ok': 'fail' },
  },
  {
    name: 'no-capability',
    define: { CAPABILITIES: text('{"executor_input_formats":["openai"]}') },
    run: refused(/returned invalid metadata or no capabilities/),
    fires: { 'register.ok': 'fail' },
  },
  {
    name: 'schema-ahead',
    define: { SCHEMA_VERSION: '"9"' },
    run: refused(/plugin schema version 9 is not supported/),
    fires: { 'register.ok': 'fail' },
  },
];

/** What a plugin declares and how it answers. */
export const ANSWERS: readonly Defect[] = [
  {
    name: 'wrong-key',
    define: { CAPABILITIES: text('{"request_interceptor":true,"stream_chunk_interceptor":true}') },
    run: { code: 0, says: /stream_chunk_interceptor.*response_stream_interceptor/s },
    fires: { 'meta.caps': 'fail' },
  },
  {
    name: 'no-formats',
    define: executor({}, FINITE),
    method: 'executor.identifier',
    run: { code: 0, says: /declares no input formats/ },
    fires: { 'meta.caps': 'fail' },
  },
  {
    name: 'capability-lie',
    define: { CAPABILITIES: text('{"request_interceptor":true,"scheduler":true}') },
    method: 'scheduler.pick',
    run: { code: 1, says: /no such method/ },
    fires: { 'meta.caps': 'fail' },
  },
  {
    name: 'quoted-bytes',
    define: {
      'ON_INTERCEPT()': `return ${ok({ Body: Buffer.from(JSON.stringify('{"model":"m"}')).toString('base64') })}`,
    },
    run: { code: 0, says: /holds JSON that was put into quotes/ },
    fires: { 'env.bytes': 'warn' },
  },
  {
    name: 'bad-base64',
    define: { 'ON_INTERCEPT()': `return ${ok({ Body: '%%%' })}` },
    run: refused(/illegal base64 data at input byte 0/),
    fires: { 'env.shape': 'fail' },
  },
  {
    name: 'error-text',
    define: executor(FORMATS, answers('executor.execute_stream', { chunks: [{ Payload: 'aGk=', Err: 'late' }] })),
    method: 'executor.execute_stream',
    run: refused(/cannot unmarshal string into Go struct field/),
    fires: { 'env.shape': 'fail' },
  },
  {
    name: 'empty-time',
    define: {
      CAPABILITIES: text('{"auth_provider":true}'),
      'ON_OTHER()': [
        answers('auth.identifier', { identifier: 'tests' }),
        answers('auth.parse', { Handled: true, Auth: { Provider: 'tests', ID: 'a', NextRefreshAfter: '' } }),
        answers('auth.login.start', { URL: 'https://example.org', State: 's' }),
        answers('auth.login.poll', { Status: 'pending' }),
        answers('auth.refresh', { Auth: { Provider: 'tests' } }),
      ].join(' '),
    },
    method: 'auth.parse',
    run: refused(/parsing time/),
    fires: { 'env.shape': 'fail' },
  },
  {
    name: 'not-json',
    define: { 'ON_INTERCEPT()': 'return reply(out, "hello")' },
    run: refused(/decode plugin envelope request\.intercept_before: invalid character 'h'/),
    fires: { 'env.single': 'fail' },
  },
  {
    name: 'empty-body',
    define: { 'ON_INTERCEPT()': 'return 0' },
    run: refused(/decode plugin envelope request\.intercept_before: unexpected end of JSON input/),
    fires: { 'env.single': 'fail', 'env.slot': 'warn' },
  },
  {
    name: 'opaque-code',
    define: { 'ON_INTERCEPT()': 'return reply(out, "out of order"), 7' },
    run: refused(/plugin call request\.intercept_before returned 7: out of order/),
    fires: { 'env.rc': 'fail' },
  },
  {
    name: 'prefix-match',
    define: { 'ON_UNKNOWN()': `return ${ok({})}` },
    run: fine,
    fires: { 'method.unknown': 'warn' },
  },
  {
    name: 'forgets-reconfigure',
    define: { 'ON_RECONFIGURE()': `return ${ok({})}` },
    run: fine,
    fires: { 'life.again': 'fail' },
  },
  {
    name: 'names',
    define: {
      CAPABILITIES: text('{"command_line_plugin":true,"management_api":true,"thinking_applier":true}'),
      'ON_OTHER()': [
        answers('thinking.identifier', { identifier: ' ' }),
        answers('thinking.apply', { Body: 'e30=' }),
        answers('command_line.register', { Flags: [{ Name: 'help' }, { Name: 'fine', Type: 'duration' }] }),
        answers('command_line.execute', {}),
        answers('management.register', { routes: [{ Path: '/items/:id' }], resources: [{ Path: '../up' }] }),
        answers('management.handle', { StatusCode: 204 }),
      ].join(' '),
    },
    method: 'management.register',
    run: fine,
    fires: { 'use.names': 'warn' },
  },
  {
    name: 'half-a-login',
    define: {
      CAPABILITIES: text('{"auth_provider":true}'),
      'ON_OTHER()': [
        answers('auth.identifier', { identifier: 'tests' }),
        answers('auth.parse', { Handled: true, Auth: { Provider: 'tests', ID: 'a' } }),
        answers('auth.login.start', { URL: 'https://example.org' }),
        answers('auth.login.poll', { Status: 'waiting' }),
        answers('auth.refresh', { Auth: { Provider: 'tests' } }),
      ].join(' '),
    },
    method: 'auth.login.start',
    run: fine,
    fires: { 'use.answers': 'fail' },
  },
  {
    name: 'other-version',
    define: {},
    file: 'plugin-v2.0.0.so',
    run: fine,
    fires: { 'meta.match': 'fail' },
  },
];

const emit = (id: string) =>
  `{ char q[256]; snprintf(q, sizeof q, "{\\"stream_id\\":\\"%s\\",\\"payload\\":\\"aGk=\\"}", ${id}); ask_host("host.stream.emit", q); }`;
const streaming = (body: string) =>
  executor(
    FORMATS,
    `if (is("executor.execute_stream")) { const char *id = member(request, len, "stream_id"); ${body} }`,
  );

/** Streams; with a time limit, because two of them wait for ever. */
export const STREAMS: readonly Defect[] = [
  {
    name: 'deadlock',
    define: streaming(
      `for (int i = 0; i < 20; i++) ${emit('id')} ask_host("host.stream.close", "{\\"stream_id\\":\\"1\\"}"); return ${ok({ headers: null })};`,
    ),
    method: 'executor.execute_stream',
    run: { code: 1, says: /keeps 16 chunks and reads none of them before the call has returned/ },
    fires: { 'stream.deadlock': 'fail' },
    flags: ['--timeout', '12000', '--only', 'stream.*'],
  },
  {
    name: 'never-closed',
    define: streaming(`${emit('id')} return ${ok({ headers: null })};`),
    method: 'executor.execute_stream',
    run: { code: 1, says: /was never closed: after 1 chunks/ },
    fires: { 'stream.open': 'fail' },
    flags: ['--timeout', '6000', '--only', 'stream.*'],
  },
  {
    name: 'mixed',
    define: streaming(`${emit('id')} return ${ok({ chunks: [{ Payload: 'aGk=' }] })};`),
    method: 'executor.execute_stream',
    run: { code: 1, says: /emitted 1 chunks and then returned/ },
    fires: { 'stream.mixed': 'fail' },
    flags: ['--only', 'stream.*'],
  },
];
