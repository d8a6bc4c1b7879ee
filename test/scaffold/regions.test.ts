import { describe, expect, it } from 'vitest';
import { renderRegions } from '../../src/scaffold/regions.js';
import { renameCapability, renameEvent } from '../../src/scaffold/spellings.js';

const hooks = (...names: string[]) => names.map((name) => renameCapability('tool_pre_invoke', name));

describe('renderRegions', () => {
  it('repeats a region per capability and drops the markers', () => {
    const text = 'a\n  // cpex:each hook\n  use(tool_pre_invoke);\n  // cpex:end\nb\n';
    expect(renderRegions(text, { hook: hooks('elicit', 'token.delegate'), command: [] })).toBe(
      'a\n  use(elicit);\n  use(token_delegate);\nb\n',
    );
  });

  it.each(['// X', '# X', '/* X */', '<!-- X -->'])('knows the comment %s', (comment) => {
    const mark = (word: string) => comment.replace('X', word);
    const text = `a\n${mark('cpex:if command')}\nb\n${mark('cpex:end')}\nc\n`;
    expect(renderRegions(text, { hook: hooks('elicit'), command: [] })).toBe('a\nc\n');
    expect(renderRegions(text, { hook: [], command: hooks('x') })).toBe('a\nb\nc\n');
  });

  it('nests', () => {
    const text = '// cpex:if hook\nx\n// cpex:each hook\ntool_pre_invoke\n// cpex:end\n// cpex:end\n';
    expect(renderRegions(text, { hook: hooks('elicit'), command: [] })).toBe('x\nelicit\n');
    expect(renderRegions(text, { hook: [], command: [] }).trim()).toBe('');
  });

  it('leaves what formatters accept: one blank line, none before a brace or at the end', () => {
    const text =
      'a {\n\n  // cpex:each hook\n  x\n  // cpex:end\n\n}\n\n// cpex:each command\n\ny\n\n// cpex:end\n\nb\n\n// cpex:if hook\n// cpex:end\n';
    expect(renderRegions(text, { hook: [], command: [] })).toBe('a {\n}\n\nb\n');
    expect(renderRegions(text, { hook: [], command: hooks('p', 'q') })).toBe('a {\n}\n\ny\n\ny\n\nb\n');
  });

  it('does not touch a text without regions', () => {
    const text = 'a\n\n\n\nb cpex:each hook\n\n';
    expect(renderRegions(text, { hook: [], command: [] })).toBe(text);
  });

  it.each(['// cpex:each hook\nx\n', 'x\n// cpex:end\n'])('refuses %j', (text) => {
    expect(() => renderRegions(text, { hook: [], command: [] })).toThrow(RangeError);
  });
});

describe('renameEvent', () => {
  it.each([
    ['cpex.OnBeforeBuildStart(onBeforeBuildStart)', 'cpex.OnAfterStepEnd(onAfterStepEnd)'],
    ['heard of "before_build_start"', 'heard of "after_step_end"'],
    [
      '{CPEX_PHASE_BEFORE, CPEX_EVENT_BUILD_START, on_before_build_start},',
      '{CPEX_PHASE_AFTER, CPEX_EVENT_STEP_END, on_after_step_end},',
    ],
    ['Phase::Before, Kind::BuildStart', 'Phase::After, Kind::StepEnd'],
    ['{"kind":"build_start"} "before"', '{"kind":"step_end"} "after"'],
  ])('writes %s as %s', (text, expected) => {
    expect(renameEvent('before_build_start', 'after_step_end')(text)).toBe(expected);
  });

  it('leaves longer words alone', () => {
    const text = 'beforehand, Beforehand';
    expect(renameEvent('before_build_start', 'after_step_end')(text)).toBe('beforehand, Beforehand');
  });
});
