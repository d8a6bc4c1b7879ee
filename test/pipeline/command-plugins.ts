import { base64, executor, type Scripted, serving } from './bench.js';

/** The plugins that the tests of the command line put together, by id. */
export const plugins: Readonly<Record<string, Scripted>> = {
  acme: {
    capabilities: executor('openai', { command_line_plugin: true, auth_provider: true }),
    lines: serving(
      'acme',
      ['m'],
      ['executor.execute', 'result', { Payload: '@B64:served@' }],
      ['executor.execute_stream', 'emit', '20 p'],
      ['executor.execute_stream', 'result', { headers: {} }],
      ['auth.identifier', 'result', { identifier: 'acme' }],
      ['auth.login.start', 'result', { URL: 'https://example.test/', State: 's' }],
      ['auth.login.poll', 'result', { Status: 'success', Auth: { ID: 'me', StorageJSON: base64('{"token":"t"}') } }],
      ['auth.parse', 'result', { Handled: true, Auth: { ID: 'me' } }],
      [
        'auth.refresh',
        'result',
        { Auth: { StorageJSON: base64('{"token":"u"}') }, NextRefreshAfter: '2030-01-01T00:00:00Z' },
      ],
      ['command_line.register', 'result', { Flags: [{ Name: 'hello', Usage: 'Says it' }] }],
      ['command_line.execute', 'result', { Stdout: base64('a\u0000b'), Stderr: base64('oops'), ExitCode: 7 }],
    ),
  },
  shape: {
    capabilities: { request_interceptor: true },
    priority: 4,
    lines: [
      ['request.intercept_before', 'result', { Headers: { 'X-Shape': ['1'] } }],
      ['request.intercept_after', 'result', {}],
    ],
  },
  routes: {
    capabilities: { management_api: true },
    priority: 2,
    lines: [
      ['management.register', 'result', { routes: [{ Path: 'mine' }, { Path: '/bad path' }, { Path: '/config' }] }],
    ],
  },
  rival: {
    capabilities: { management_api: true },
    lines: [['management.register', 'result', { routes: [{ Method: 'GET', Path: '/v0/management/mine/' }] }]],
  },
  floods: {
    capabilities: executor(),
    lines: serving(
      'floods',
      ['m'],
      ['executor.execute_stream', 'emitnow', '17 p'],
      ['executor.execute_stream', 'result', { headers: {} }],
    ),
  },
  ends: {
    capabilities: { request_interceptor: true },
    lines: [['request.intercept_before', 'result', { Terminate: true, StatusCode: 451, ResponseBody: '@B64:no@' }]],
  },
  dies: { capabilities: { request_interceptor: true }, lines: [['request.intercept_before', 'crash']] },
  hangs: { capabilities: { request_interceptor: true }, lines: [['request.intercept_before', 'hang']] },
  falls: { capabilities: {}, registration: [['plugin.register', 'crash']] },
  refuses: { capabilities: {}, registration: [['plugin.register', 'error', { message: 'no key' }]] },
};
