import { describe, expect, it } from 'vitest';
import { commandTable, withCommand } from '../../src/install/host-config/toml-entry.js';

const entry = { command: ['/opt/plugins/weather'], env: {} };
const put = (text: string, one: Parameters<typeof withCommand>[2] = entry, id = 'weather') =>
  withCommand(text, id, one, 'plugins.toml');

describe('the entry of a plugin in plugins.toml', () => {
  it('is a table of its own', () => {
    expect(commandTable('weather', entry)).toBe('[global.weather]\ncommand = [ "/opt/plugins/weather" ]\n');
    const full = { command: ['/a b/"c"', '--x\n'], env: { KEY: 'va\\lue', 'odd.name': '1' } };
    expect(commandTable('my.plugin', full)).toBe(
      '[global."my.plugin"]\ncommand = [ "/a b/\\"c\\"", "--x\\n" ]\nenv = { KEY = "va\\\\lue", "odd.name" = "1" }\n',
    );
  });

  it.each([
    ['an empty file', '', '[global.weather]\ncommand = [ "/opt/plugins/weather" ]\n'],
    [
      'other plugins and comments',
      '# my plugins\nidle_timeout_secs = 0 # off\n\n[session.other]\ncommand = ["x"] # keep\n',
      '# my plugins\nidle_timeout_secs = 0 # off\n\n[session.other]\ncommand = ["x"] # keep\n\n[global.weather]\ncommand = [ "/opt/plugins/weather" ]\n',
    ],
    ['no end of line', 'a = 1', 'a = 1\n\n[global.weather]\ncommand = [ "/opt/plugins/weather" ]\n'],
    ['lines of Windows', 'a = 1\r\n', 'a = 1\r\n\r\n[global.weather]\r\ncommand = [ "/opt/plugins/weather" ]\r\n'],
    [
      'an older command, its comment, and a table after it',
      '[global.weather] # mine\n# the old one\n  command = ["/old#1", "-v"] # why\nenv = { A = "1" }\n\n[global.z]\ncommand = ["z"]\n',
      '[global.weather] # mine\n# the old one\n  command = [ "/opt/plugins/weather" ] # why\nenv = { A = "1" }\n\n[global.z]\ncommand = ["z"]\n',
    ],
    [
      'a command over several lines, beside a number that no double holds',
      '[session."weather"]\ncommand = [\n  # first\n  "/old",\n  ["nested"],\n]\nother = 12345678901234567890\n',
      '[session."weather"]\ncommand = [ "/opt/plugins/weather" ]\nother = 12345678901234567890\n',
    ],
    [
      'a session plugin stays one',
      '[session.weather]\ncommand = [\n  "/old", # first\n]\nextra = 1979-05-27\n',
      '[session.weather]\ncommand = [ "/opt/plugins/weather" ]\nextra = 1979-05-27\n',
    ],
    [
      'a table without a command',
      '[global.weather]\nenv = {}\n[x]\n',
      '[global.weather]\ncommand = [ "/opt/plugins/weather" ]\nenv = {}\n[x]\n',
    ],
  ])('goes into %s', (_title, before, after) => {
    expect(put(before)).toBe(after);
    expect(put(after)).toBe(after);
  });

  it('adds variables and leaves those alone that are there', () => {
    const wanted = { ...entry, env: { KEY: 'example', CPEX_TAU_WIRE: 'cbor' } };
    expect(put('[global.weather]\ncommand = ["x"]\nenv = { KEY = "secret" }\n', wanted)).toBe(
      '[global.weather]\ncommand = [ "/opt/plugins/weather" ]\nenv = { KEY = "secret", CPEX_TAU_WIRE = "cbor" }\n',
    );
    const apart = '[global.weather]\ncommand = ["x"]\n[global.weather.env]\nKEY = "secret" # of mine\n';
    expect(put(apart, wanted)).toBe(
      '[global.weather]\ncommand = [ "/opt/plugins/weather" ]\n[global.weather.env]\nCPEX_TAU_WIRE = "cbor"\nKEY = "secret" # of mine\n',
    );
  });

  it.each([
    ['what is no TOML', '[global\n'],
    ['an inline table of all plugins', 'global = { weather = { command = ["x"] } }\n'],
    ['an inline table without the plugin', 'global = {}\n'],
    ['dotted keys', 'global.weather.command = ["x"]\n'],
    ['a text in the place of the tables', 'global = "none"\n'],
  ])('is refused for %s', (_title, text) => {
    expect(() => put(text)).toThrow(
      expect.objectContaining({ code: 'CPEX_E_INSTALL_HOST_CONFIG', remedy: expect.stringContaining('by hand') }),
    );
  });
});
