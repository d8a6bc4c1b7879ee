import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/model/target.js';
import { idProblem, pluginNames } from '../../src/project/plugin-names.js';
import { renameCapability, renamePlugin } from '../../src/scaffold/spellings.js';

const goodId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/).filter((id) => idProblem(id) === undefined);

describe('pluginNames', () => {
  it.each([
    ['my-plugin', 'my_plugin', 'MyPlugin', 'MY_PLUGIN', 'my-plugin'],
    ['My.Plugin', 'my_plugin', 'MyPlugin', 'MY_PLUGIN', 'my-plugin'],
    ['HTTPFilter2', 'http_filter2', 'HttpFilter2', 'HTTP_FILTER2', 'http-filter2'],
    ['7zip', 'plugin_7zip', 'Plugin7zip', 'PLUGIN_7ZIP', 'plugin-7zip'],
    ['a--b__c', 'a_b_c', 'ABC', 'A_B_C', 'a-b-c'],
  ])('spells %s', (id, snake, pascal, upper, name) => {
    expect(pluginNames(id)).toEqual({ id, snake, pascal, upper, package: name });
  });

  it('gives legal identifiers for every good id', () => {
    fc.assert(
      fc.property(goodId, (id) => {
        const names = pluginNames(id);
        expect(names.snake).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
        expect(names.pascal).toMatch(/^[A-Z][A-Za-z0-9]*$/);
        expect(names.upper).toMatch(/^[A-Z][A-Z0-9_]*$/);
        expect(names.package).toMatch(/^[a-z][a-z0-9-]*$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('idProblem', () => {
  it.each([
    ['', 'my-plugin'],
    ['-x', 'x'],
    ['.hidden', 'hidden'],
    ['my plugin', 'my-plugin'],
    ['Prüfer', 'Prufer'],
    ['日本', 'my-plugin'],
    ['a/b', 'a-b'],
    ['../x', 'x'],
    ['x'.repeat(129), 'x'.repeat(121)],
    ['my-plugin-v2', 'my-plugin-2'],
    ['a-V1-v2', 'a-1-2'],
    ['trailing.', 'trailing'],
    ['con', 'con-plugin'],
    ['COM1', 'COM1-plugin'],
    ['nul.txt', 'nul-txt'],
    ['cpex', 'cpex-plugin'],
    ['C.P.E.X', 'C.P.E.X'],
  ])('judges %j and proposes %s', (id, proposal) => {
    const problem = idProblem(id);
    if (id === proposal) expect(problem).toBeUndefined();
    else expect(problem).toEqual({ reason: expect.stringMatching(/./), proposal });
  });

  it.each([
    ['c', 'int', 'int-plugin'],
    ['c', 'all', 'all-plugin'],
    ['c', 'thread-local', 'thread-local-plugin'],
    ['go', 'fmt', 'fmt-plugin'],
    ['go', 'main', 'main-plugin'],
    ['rust', 'match', 'match-plugin'],
    ['rust', 'Std', 'Std-plugin'],
    ['rust', 'serde-json', 'serde-json-plugin'],
  ] as const)('keeps %s away from %s', (language, id, proposal) => {
    expect(idProblem(id, language)?.proposal).toBe(proposal);
  });

  it('minds only the language in question', () => {
    expect(idProblem('match', 'c')).toBeUndefined();
    expect(idProblem('int', 'rust')).toBeUndefined();
    expect(idProblem('match')).toBeDefined();
  });

  it('always proposes an id that is good', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.constantFrom(undefined, ...LANGUAGES),
        (text, language) => {
          const problem = idProblem(text, language);
          if (problem !== undefined) expect(idProblem(problem.proposal, language)).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('renamePlugin', () => {
  const rename = renamePlugin(pluginNames('My.Plugin'));

  it('replaces the four spellings, and tells ids from package names', () => {
    const text = 'sample-plugin sample_plugin SamplePlugin SAMPLE_PLUGIN "sample-plugin/internal/cpex"';
    expect(rename(text, false)).toBe('My.Plugin my_plugin MyPlugin MY_PLUGIN "my-plugin/internal/cpex"');
    expect(rename('name = "sample-plugin"', true)).toBe('name = "my-plugin"');
  });

  it('leaves no trace of the sample', () => {
    fc.assert(
      fc.property(
        goodId.filter((id) => !/sample.?plugin/i.test(id)),
        (id) => {
          const text = 'xsample-pluginy sample_plugin_x SamplePluginX _SAMPLE_PLUGIN_';
          expect(renamePlugin(pluginNames(id))(text, false)).not.toMatch(/sample.?plugin/i);
        },
      ),
    );
  });
});

describe('renameCapability', () => {
  it('spells a hook with dots', () => {
    const rename = renameCapability('tool_pre_invoke', 'cmf.tool_pre_invoke');
    expect(rename('on_tool_pre_invoke(ToolPreInvoke, CPEX_TOOL_PRE_INVOKE, onToolPreInvoke, toolPreInvokeX)')).toBe(
      'on_cmf_tool_pre_invoke(CmfToolPreInvoke, CPEX_CMF_TOOL_PRE_INVOKE, onCmfToolPreInvoke, cmfToolPreInvokeX)',
    );
    expect(rename('"tool_pre_invoke" \\"tool_pre_invoke\\" the hook tool_pre_invoke.')).toBe(
      '"cmf.tool_pre_invoke" \\"cmf.tool_pre_invoke\\" the hook cmf.tool_pre_invoke.',
    );
  });

  it('spells a verb with dashes', () => {
    const rename = renameCapability('greet', 'say-hello');
    expect(rename('greet_spec() run_greet onGreet greetCommand GREET .verb = "greet", run command greet')).toBe(
      'say_hello_spec() run_say_hello onSayHello sayHelloCommand SAY_HELLO .verb = "say-hello", run command say-hello',
    );
  });
});
