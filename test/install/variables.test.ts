import { describe, expect, it } from 'vitest';
import { variableLines, withoutPath, withVariables } from '../../src/install/host-config/variables.js';

const STORE = { name: 'CONSOLE_STORE_PLUGIN', many: false };
const STATUS = { name: 'CONSOLE_STATUS_PLUGINS', many: true };
const put = (text: string, file = '/p/a', ...variables: readonly (typeof STORE)[]) =>
  withVariables(text, variables.length === 0 ? [STORE, STATUS] : variables, file, 'console.env');

describe("Console's variables", () => {
  it('are lines of their own', () => {
    expect(variableLines([STORE, STATUS], '/p/a', 'x')).toBe(
      'CONSOLE_STORE_PLUGIN=/p/a\nCONSOLE_STATUS_PLUGINS=/p/a\n',
    );
    expect(variableLines([STORE], '/my plugins/a', 'x')).toBe('CONSOLE_STORE_PLUGIN="/my plugins/a"\n');
  });

  it.each([
    ['', 'CONSOLE_STORE_PLUGIN=/p/a\nCONSOLE_STATUS_PLUGINS=/p/a\n'],
    ['# mine\nTOKEN=x', '# mine\nTOKEN=x\nCONSOLE_STORE_PLUGIN=/p/a\nCONSOLE_STATUS_PLUGINS=/p/a\n'],
    [
      'export CONSOLE_STATUS_PLUGINS = "/p/b /p/c"\nCONSOLE_STORE_PLUGIN=/old\n# end\n',
      'export CONSOLE_STATUS_PLUGINS = /p/b,/p/c,/p/a\nCONSOLE_STORE_PLUGIN=/p/a\n# end\n',
    ],
    ['CONSOLE_STORE_PLUGIN="/p/a"\nCONSOLE_STATUS_PLUGINS=/p/a,/p/b\n', undefined],
  ])('go into %j', (before, after = before) => {
    expect(put(before)).toBe(after);
    expect(put(after)).toBe(after);
  });

  it('hold no path that would be two', () => {
    expect(() => put('', '/my plugins/a', STATUS)).toThrow(
      expect.objectContaining({
        code: 'CPEX_E_INSTALL_HOST_CONFIG',
        evidence: ['console.env', expect.stringContaining('CONSOLE_STATUS_PLUGINS separates paths')],
      }),
    );
  });

  it('lose the path of a plugin that is gone, and nothing else', () => {
    const text = '# mine\nCONSOLE_STATUS_PLUGINS=/p/b,/p/a\nCONSOLE_STORE_PLUGIN="/p/a"\nCONSOLE_LLM_PLUGIN=/p/ab\n';
    expect(withoutPath(text, '/p/a')).toBe('# mine\nCONSOLE_STATUS_PLUGINS=/p/b\nCONSOLE_LLM_PLUGIN=/p/ab\n');
    expect(withoutPath('CONSOLE_STATUS_PLUGINS=/p/a\n', '/p/a')).toBe('');
  });
});
