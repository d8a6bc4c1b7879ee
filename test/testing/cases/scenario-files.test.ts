import { describe, expect, it } from 'vitest';
import { problemsOf, readCases } from '../support/case-text.js';

/** A good scenario with some lines of its own. */
const around = (lines: string) => `name: a\nhook: tool_pre_invoke\nexpect: { verdict: allow }\n${lines}\n`;
const PLUGINS = 'plugins: [{ name: a, kind: ./a.so }]';

describe('a scenario in a case file', () => {
  it('is read into a pipeline, steps and expectations', async () => {
    const [one] = await readCases(`name: two hooks
plugins:
  - { name: gate, mode: audit, priority: 5, on_error: ignore, capabilities: [read_labels], config: { a: 1 } }
plugin_settings: { plugin_timeout: 2 }
context: { request_id: r-1, local_states: { gate: { n: 1 } } }
steps:
  - hook: tool_pre_invoke
    payload: { name: x, args: { n: 18446744073709551615 } }
    expect: { changes: [payload.name], payload_modified: true }
  - hook: tool_post_invoke
    extensions: { security: { labels: [x] } }
expect:
  verdict: deny
  violation: { code: no }
  records: { gate: { status: completed } }
  within_ms: 5
`);
    expect(one?.call).toMatchObject({
      kind: 'pipeline',
      pipeline: {
        own: {
          plugins: [{ name: 'gate', mode: 'audit', priority: 5, on_error: 'ignore', capabilities: ['read_labels'] }],
          plugin_settings: { plugin_timeout: 2 },
        },
      },
      context: { request_id: 'r-1', local_states: { gate: { n: 1 } } },
      steps: [
        {
          hook: 'tool_pre_invoke',
          payload: { args: { n: 18446744073709551615n } },
          expect: { payloadModified: true, pipeline: { changes: ['payload.name'] } },
        },
        { hook: 'tool_post_invoke', payload: undefined, extensions: { security: { labels: ['x'] } } },
      ],
    });
    expect(one?.expect).toEqual({
      verdict: 'deny',
      withinMs: 5,
      pipeline: { violation: { code: 'no' }, records: { gate: { status: 'completed' } } },
    });
  });

  it('needs no expectation of its own where a step has one', async () => {
    const [one] = await readCases(
      `name: a\n${PLUGINS}\nsteps: [{ hook: tool_pre_invoke, expect: { verdict: allow } }, { hook: tool_pre_invoke }]\n`,
    );
    expect(one?.expect).toEqual({});
  });
});

const BROKEN: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'neither a hook nor steps',
    `name: a\n${PLUGINS}\nexpect: { verdict: allow }\n`,
    ['1:1 expected the key "hook" or "steps", found none.'],
  ],
  ['nothing expected', `name: a\nhook: elicit\n${PLUGINS}\n`, ['1:1 expected the key "expect", found none.']],
  [
    'a hook beside steps',
    around(`${PLUGINS}\nsteps: [{ hook: elicit }]`),
    ['2:1 hook: this belongs into "steps" where there are any.'],
  ],
  [
    'a step without a hook',
    around(`${PLUGINS}\nsteps: [{ payload: {} }]`),
    ['5:9 steps.0: expected the key "hook", found none.'],
  ],
  [
    'a command beside plugins',
    around(`${PLUGINS}\ncommand: [greet]`),
    ['5:1 command: a pipeline is called for hooks alone.'],
  ],
  [
    'a configuration for nobody',
    around(`${PLUGINS}\nconfig: { a: 1 }`),
    [
      '5:1 config: this belongs to a case with "hook" or "command" or "step" or "tool" or "event" or "method", not with "pipeline".',
    ],
  ],
  [
    'a result, which a plugin has',
    `name: a\nhook: elicit\n${PLUGINS}\nexpect: { result: {} }\n`,
    [
      '4:11 expect.result: this belongs to a case with "hook" or "command" or "step" or "tool" or "event" or "method", not with "pipeline".',
    ],
  ],
  [
    'a violation of one plugin alone',
    'name: a\nhook: elicit\nexpect: { violation: { code: x } }\n',
    ['3:11 expect.violation: this belongs to a case with "pipeline", not with "hook".'],
  ],
  [
    'a mode that is none, and a plugin without a name',
    around('plugins:\n  - { name: a, mode: auditt }\n  - { kind: ./b.so }'),
    [
      expect.stringMatching(/^5:16 plugins\.0\.mode: expected one of .*found "auditt"\. Did you mean "audit"\?$/),
      expect.stringMatching(/^6:5 plugins\.1: expected the key "name", found none\.$/),
    ] as unknown as string[],
  ],
  [
    'a name twice and a hook that is none, in the second case',
    `cases:\n  - { name: ok, hook: elicit, expect: { verdict: allow } }\n  - name: b\n    hook: elicit\n    expect: { verdict: allow }\n    plugins:\n      - { name: a }\n      - { name: a, hooks: [elicitt] }\n`,
    [
      expect.stringMatching(/^8:\d+ plugins\.1\.name: /),
      expect.stringMatching(/^8:\d+ plugins\.1\.hooks\.0: .*elicitt.*Did you mean "elicit"\?/),
    ] as unknown as string[],
  ],
  [
    'a matcher that is none, in a step',
    `name: a\n${PLUGINS}\nsteps:\n  - hook: elicit\n    expect: { payload: { $regexp: x } }\n`,
    [expect.stringMatching(/^5:26 there is no matcher \$regexp/)] as unknown as string[],
  ],
];

describe('a broken scenario', () => {
  it.each(BROKEN)('with %s is refused with its place', async (_, text, problems) => {
    expect([...(await problemsOf(text))].sort()).toEqual(problems);
  });
});
