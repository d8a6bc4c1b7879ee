import { describe, expect, it } from 'vitest';
import { flagValue } from '../../src/pipeline/cliproxy/flag-values.js';
import { type DeclaredFlag, mergeFlags } from '../../src/pipeline/cliproxy/flags.js';
import { flagUsage, parseFlags } from '../../src/pipeline/cliproxy/go-flags.js';
import { HOST_FLAGS } from '../../src/pipeline/cliproxy/host-flags.js';

const flag = (Name: string, Type = '', DefaultValue = '', Usage = ''): DeclaredFlag => ({
  Name,
  Type,
  DefaultValue,
  Usage,
});
const merged = (...flags: readonly DeclaredFlag[]) => mergeFlags([], [{ plugin: 'demo', flags }]);

describe('flags of plugins', () => {
  it.each([
    ['bool', '', 'false'],
    ['bool', 'T', 'true'],
    ['bool', 'yes', undefined],
    ['string', ' x ', ' x '],
    ['int', '+7', '7'],
    ['int', '-0', '0'],
    ['int', '1.5', undefined],
    ['int', '0x10', undefined],
    ['int64', '9223372036854775807', '9223372036854775807'],
    ['int64', '9223372036854775808', undefined],
    ['float64', '1000000', '1e+06'],
    ['float64', '999999', '999999'],
    ['float64', '123456.7', '123456.7'],
    ['float64', '0.00001', '1e-05'],
    ['float64', '0.0001', '0.0001'],
    ['float64', '.5', '0.5'],
    ['float64', 'inf', '+Inf'],
    ['float64', '1e400', undefined],
    ['duration', '', '0s'],
    ['duration', '90m', '1h30m0s'],
    ['duration', '1.5s', '1.5s'],
    ['duration', '1500us', '1.5ms'],
    ['duration', '-2h3ns', '-2h0m0.000000003s'],
    ['duration', '0', '0s'],
    ['duration', '5', undefined],
    ['duration', '5 s', undefined],
    ['duration', '.s', undefined],
    ['duration', '9223372037s', undefined],
  ] as const)('reads %s %j as %j', (type, raw, read) => {
    expect(flagValue(type, raw)).toBe(read);
  });

  it.each([
    [flag('-x'), 'pluginhost: plugin demo declared invalid command-line flag "-x"'],
    [flag(' '), 'pluginhost: plugin demo declared invalid command-line flag " "'],
    [flag('help'), 'pluginhost: plugin demo declared invalid command-line flag "help"'],
    [flag('a=b'), 'pluginhost: plugin demo declared invalid command-line flag "a=b"'],
    [flag('a b'), 'pluginhost: plugin demo declared invalid command-line flag "a b"'],
    [flag('n', 'uint'), 'pluginhost: plugin demo declared unsupported command-line flag type "uint" for n'],
    [flag('n', 'int', 'x'), 'pluginhost: plugin demo declared invalid default value "x" for n'],
  ])('skips %j', (one, warning) => {
    const { flags, warnings } = merged(one);
    expect([...flags]).toEqual([]);
    expect(warnings).toEqual([warning]);
  });

  it('gives a flag to the plugin of higher rank, and keeps the flags of the host', () => {
    const { flags, warnings } = mergeFlags(HOST_FLAGS, [
      { plugin: 'first', flags: [flag(' go '), flag('login')] },
      { plugin: 'second', flags: [flag('go', 'string')] },
    ]);
    expect(flags.get('go')).toMatchObject({ plugin: 'first', type: 'bool', value: 'false' });
    expect(warnings).toEqual([
      'pluginhost: plugin first command-line flag login conflicts with an existing flag and was skipped',
      'pluginhost: plugin second command-line flag go conflicts with an existing flag and was skipped (it belongs to plugin first)',
    ]);
  });
});

describe("a command line in the manner of Go's flag package", () => {
  const { flags } = merged(
    flag('run', 'bool', '', 'Runs it'),
    flag('n', 'int', '3', 'How `many`'),
    flag('name', 'string', '', 'Who'),
    flag('wait', 'duration', '5s', 'How long'),
  );
  const parse = (...words: readonly string[]) => parseFlags(words, flags);
  const given = (...words: readonly string[]) => {
    const read = parse(...words);
    return read.ok ? [Object.fromEntries(read.given), read.rest] : read.message;
  };

  it('reads both spellings, values behind and after =, and stops at the first other word', () => {
    expect(given('-n', '7', '--name=Ada', '-run')).toEqual([{ n: '7', name: 'Ada', run: 'true' }, []]);
    expect(given('-run=false', 'rest', '-n', '7')).toEqual([{ run: 'false' }, ['rest', '-n', '7']]);
    expect(given('-run', 'true')).toEqual([{ run: 'true' }, ['true']]);
    expect(given('--', '-n')).toEqual([{}, ['-n']]);
    expect(given('-')).toEqual([{}, ['-']]);
    expect(given('-name', '-run')).toEqual([{ name: '-run' }, []]);
    expect(given('-name=a=b', '-wait', '1m')).toEqual([{ name: 'a=b', wait: '1m0s' }, []]);
  });

  it.each([
    [['-nope'], 'flag provided but not defined: -nope'],
    [['--nope=1'], 'flag provided but not defined: -nope'],
    [['---x'], 'bad flag syntax: ---x'],
    [['-=x'], 'bad flag syntax: -=x'],
    [['-n'], 'flag needs an argument: -n'],
    [['-n', 'x'], 'invalid value "x" for flag -n: invalid int value "x"'],
    [['-run=x'], 'invalid boolean value "x" for -run: invalid bool value "x"'],
  ])('refuses %j', (words, message) => {
    expect(parse(...words)).toEqual({ ok: false, message, exit: 2 });
  });

  it('answers help with the list of flags', () => {
    expect(parse('-h')).toEqual({ ok: false, message: '', exit: 0 });
    expect(flagUsage('cli-proxy-api', flags)).toBe(
      'Usage of cli-proxy-api\n  -n many\n    How many (default 3)\n  -name value\n    Who\n  -run\n    Runs it\n  -wait value\n    How long (default 5s)\n',
    );
  });
});
