import { describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../src/hosts/cpex/command-spec.js';
import { parseCommandArgs } from '../../src/hosts/cpex/commands.js';

const commands: CommandSpec[] = [
  {
    verb: 'copy',
    about: 'Copies things.',
    args: [
      { kind: 'positional', name: 'from', help: 'Where from.', required: true, value_type: 'string' },
      { kind: 'positional', name: 'times', required: false, value_type: 'int' },
      {
        kind: 'option',
        long: 'mode',
        short: 'm',
        help: 'How.',
        required: false,
        value_type: 'string',
        default: 'fast',
      },
      { kind: 'option', long: 'limit', short: 'l', required: false, value_type: 'int' },
      { kind: 'option', long: 'strict', required: false, value_type: 'bool' },
      { kind: 'flag', long: 'verbose', short: 'v', help: 'Says more.' },
      { kind: 'flag', long: 'quiet', short: 'q' },
    ],
  },
  {
    verb: 'remote',
    about: 'Works on remotes.',
    args: [],
    subcommands: [
      {
        verb: 'add',
        about: 'Adds one.',
        args: [{ kind: 'option', long: 'url', required: true, value_type: 'string' }],
      },
    ],
  },
];

function parse(...words: string[]) {
  const line = parseCommandArgs(commands, words);
  return line.kind === 'call' ? line.request : line.text;
}
const args = (...words: string[]) => {
  const request = parse('copy', ...words);
  return typeof request === 'string' ? request : request.args;
};
const flags = { mode: 'fast', verbose: false, quiet: false };

describe('arguments of a plugin command', () => {
  it.each<[string[], object]>([
    [['a'], { from: 'a', ...flags }],
    [['a', '3'], { from: 'a', times: 3, ...flags }],
    [['a', '-3'], { from: 'a', times: -3, ...flags }],
    [['--mode', 'slow', 'a'], { from: 'a', ...flags, mode: 'slow' }],
    [['--mode=a=b', 'a'], { from: 'a', ...flags, mode: 'a=b' }],
    [['--mode=', 'a'], { from: 'a', ...flags, mode: '' }],
    [['-m', '-x', 'a'], { from: 'a', ...flags, mode: '-x' }],
    [['-mslow', 'a'], { from: 'a', ...flags, mode: 'slow' }],
    [['-m=slow', 'a'], { from: 'a', ...flags, mode: 'slow' }],
    [['-vqmslow', 'a'], { from: 'a', mode: 'slow', verbose: true, quiet: true }],
    [['-l', '9007199254740993', 'a'], { from: 'a', ...flags, limit: 9007199254740993n }],
    [['--limit=+7', 'a'], { from: 'a', ...flags, limit: 7 }],
    [['--strict', 'false', 'a'], { from: 'a', ...flags, strict: false }],
    [['--', '--verbose'], { from: '--verbose', ...flags }],
    [['-'], { from: '-', ...flags }],
    [[''], { from: '', ...flags }],
  ])('%j', (words, expected) => {
    expect(args(...words)).toEqual(expected);
  });

  it.each<[string[], string]>([
    [[], 'needs FROM'],
    [['a', 'x'], 'needs a whole number for times, not "x"'],
    [['a', '1', 'b'], 'does not know what to do with "b"'],
    [['a', '--mod', 'x'], 'Did you mean "--mode"?'],
    [['a', '-x'], 'has no option -x'],
    [['a', '--verbose=yes'], 'takes no value for --verbose'],
    [['a', '-v', '--verbose'], 'was given --verbose twice'],
    [['a', '--limit'], 'needs a value for --limit'],
    [['a', '--limit', '1.5'], 'needs a whole number'],
    [['a', '--limit', '9223372036854775808'], 'needs a number of 64 bits'],
    [['a', '--strict', 'yes'], 'needs true or false'],
    [['a', '--__proto__'], 'has no option --__proto__'],
  ])('%j is refused', (words, message) => {
    expect(() => args(...words)).toThrow(expect.objectContaining({ code: 'CPEX_E_COMMAND_ARGUMENTS', exit: 2 }));
    expect(() => args(...words)).toThrow(message);
  });

  it('belong to nested commands too', () => {
    expect(parse('remote', 'add', '--url', 'u')).toEqual({ verb_path: ['remote', 'add'], args: { url: 'u' }, env: {} });
    expect(() => parse('remote', 'add')).toThrow('needs --url');
  });

  it('keep names that objects have anyway', () => {
    const odd: CommandSpec[] = [{ verb: 'x', about: '', args: [{ kind: 'flag', long: '__proto__' }] }];
    const line = parseCommandArgs(odd, ['x', '--__proto__']);
    expect(line.kind === 'call' && JSON.stringify(line.request.args)).toBe('{"__proto__":true}');
  });
});

describe('help', () => {
  it('is made from the declaration', () => {
    expect(parse('copy', '--help')).toBe(`Copies things.

USAGE
  cpex run command copy FROM [TIMES] [--mode STRING] [--limit INT]
    [--strict BOOL] [--verbose] [--quiet]

ARGUMENTS
  FROM   Where from. (required)
  TIMES  (int)

OPTIONS
  -m, --mode STRING  How. (default: fast)
  -l, --limit INT
  --strict BOOL
  -v, --verbose      Says more.
  -q, --quiet`);
  });

  it('lists commands where one is missing', () => {
    expect(parse()).toContain('copy    Copies things.');
    expect(parse('remote')).toContain('add  Adds one.');
    expect(parse('remote', 'add', '-h')).toContain('--url STRING  (required)');
    expect(parseCommandArgs([], [])).toEqual({ kind: 'help', text: 'No plugin declares commands.' });
  });

  it('leaves -h to a command that has one', () => {
    const own: CommandSpec[] = [{ verb: 'x', about: '', args: [{ kind: 'flag', long: 'human', short: 'h' }] }];
    expect(parseCommandArgs(own, ['x', '-h'])).toMatchObject({ kind: 'call', request: { args: { human: true } } });
  });

  it('shows nothing raw from the plugin', () => {
    const rude: CommandSpec[] = [{ verb: 'x', about: 'a\u001b[2J\nb', args: [] }];
    const line = parseCommandArgs(rude, []);
    expect(line.kind === 'help' && line.text).toContain('x  a [2J b');
  });
});

describe('unknown commands', () => {
  it.each([
    [['cop'], 'Did you mean "copy"?'],
    [['remote', 'ad'], 'There is no command "remote ad". Did you mean "add"?'],
  ])('%j', (words, message) => {
    expect(() => parse(...words)).toThrow(expect.objectContaining({ code: 'CPEX_E_COMMAND_UNKNOWN' }));
    expect(() => parse(...words)).toThrow(message);
  });
});
