import { describe, expect, it } from 'vitest';
import { linesOfPlugin } from '../../src/testing/conformance/in-passing.js';

describe('what a plugin is taken to have printed by itself', () => {
  it('is every line that holds something', () => {
    expect(linesOfPlugin('')).toEqual([]);
    expect(linesOfPlugin('one\n\nqemu: is a word\n')).toEqual(['one', 'qemu: is a word']);
  });

  it('is not what qemu says of a signal', () => {
    const said = 'qemu: uncaught target signal 6 (Aborted) - core dumped\n';
    expect(linesOfPlugin(said)).toEqual([]);
    expect(linesOfPlugin(`mine\n${said}`)).toEqual(['mine']);
  });
});
