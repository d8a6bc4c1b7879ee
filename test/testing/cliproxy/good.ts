import { answers, type Defect, executor, FINITE, FORMATS, ok, text } from './defects.js';

/** Things that the host accepts, and that therefore nothing may be said against. */
export const GOOD: readonly Pick<Defect, 'name' | 'define' | 'method'>[] = [
  { name: 'good', define: {} },
  { name: 'no-shutdown', define: { SHUTDOWN: '0' } },
  {
    name: 'code-with-error',
    define: { 'ON_UNKNOWN()': 'return reply(out, ERROR("invalid_method", "unsupported")), 1' },
  },
  { name: 'no-result', define: { 'ON_INTERCEPT()': 'return reply(out, "{\\"ok\\":true}")' } },
  { name: 'small-keys', define: { 'ON_INTERCEPT()': `return ${ok({ body: 'e30=', clearheaders: null })}` } },
  { name: 'unknown-fields', define: { 'ON_INTERCEPT()': `return ${ok({ Body: '', Later: [1] })}` } },
  { name: 'executor', define: executor(FORMATS, FINITE), method: 'executor.execute' },
  {
    name: 'odd-names',
    define: {
      CAPABILITIES: text('{"command_line_plugin":true,"management_api":true,"model_registrar":true}'),
      'ON_OTHER()': [
        answers('model.register', { Provider: ' Tests ', Models: [{ ID: 'm' }] }),
        answers('command_line.register', {
          Flags: [{ Name: 'plain' }, { Name: 'x.y_z', Type: 'INT', DefaultValue: '-3' }],
        }),
        answers('command_line.execute', {}),
        answers('management.register', {
          routes: [{ Path: 'status/' }, { Method: 'post', Path: '/v0/management/a-b/' }],
          resources: [
            { Path: 'index.html?tab=1' },
            { Path: '/v0/resource/plugins/plugin/app.js' },
            { Path: '/plugins/plugin/old' },
          ],
        }),
        answers('management.handle', { Body: 'aGk=' }),
      ].join(' '),
    },
    method: 'management.register',
  },
  {
    name: 'for-newer-hosts',
    define: { CAPABILITIES: text('{"request_interceptor":true,"quota_provider":true}') },
  },
];
