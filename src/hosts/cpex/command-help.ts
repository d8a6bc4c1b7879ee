import { wrap } from '../../report/wrap.js';
import { type ArgSpec, argumentsOf, type CommandSpec } from './command-spec.js';

/** Characters of a line, on a terminal and in a pipe. */
const WIDTH = 80;

/** Fewest characters for a text beside a name. */
const LEAST_TEXT = 24;

/**
 * Help for a command of a plugin, made from its declaration; for the list of commands when the
 * path is empty. Without colours, so that it can be compared and piped.
 */
export function renderCommandHelp(commands: readonly CommandSpec[], path: readonly string[]): string {
  let spec: CommandSpec | undefined;
  let choices = commands;
  for (const verb of path) {
    spec = choices.find((one) => one.verb === verb);
    choices = spec?.subcommands ?? [];
  }
  const args = spec === undefined ? [] : argumentsOf(spec);
  const sections = [
    ...(spec === undefined ? [] : [wrap(plain(spec.about), WIDTH).join('\n')]),
    `USAGE\n${usage(path, args, choices)}`,
    section(
      'ARGUMENTS',
      args.flatMap((one) => (one.kind === 'positional' ? [[one.name.toUpperCase(), describe(one)] as const] : [])),
    ),
    section(
      'OPTIONS',
      args.flatMap((one) => (one.kind === 'positional' ? [] : [[optionName(one), describe(one)] as const])),
    ),
    section(
      'COMMANDS',
      choices.map((one) => [one.verb, plain(one.about)] as const),
    ),
  ];
  if (spec === undefined && choices.length === 0) return 'No plugin declares commands.';
  return sections.filter((one) => one !== '').join('\n\n');
}

/** What can be written, an option and its value never on two lines. */
function usage(path: readonly string[], args: readonly ArgSpec[], choices: readonly CommandSpec[]): string {
  const words = ['cpex run command', ...path];
  if (choices.length > 0) words.push(args.length > 0 ? '[COMMAND]' : 'COMMAND');
  for (const one of args) {
    const name = one.kind === 'positional' ? one.name.toUpperCase() : optionName(one, false);
    words.push(one.kind !== 'flag' && one.required ? name : `[${name}]`);
  }
  const whole = words.map((word) => word.replaceAll(' ', '\0')).join(' ');
  const lines = wrap(whole, WIDTH - 4).map((line) => line.replaceAll('\0', ' '));
  return lines.map((line, index) => `${index === 0 ? '  ' : '    '}${line}`).join('\n');
}

function optionName(spec: Exclude<ArgSpec, { kind: 'positional' }>, withShort = true): string {
  const value = spec.kind === 'option' ? ` ${spec.value_type.toUpperCase()}` : '';
  const short = withShort && spec.short !== undefined ? `-${spec.short}, ` : '';
  return `${short}--${spec.long}${value}`;
}

function describe(spec: ArgSpec): string {
  const notes: string[] = [];
  if (spec.kind === 'positional' && spec.value_type !== 'string') notes.push(spec.value_type);
  if (spec.kind !== 'flag' && spec.required) notes.push('required');
  if (spec.kind === 'option' && spec.default !== undefined) notes.push(`default: ${String(spec.default)}`);
  const help = plain(spec.help ?? '');
  if (notes.length === 0) return help;
  return `${help}${help === '' ? '' : ' '}(${notes.join(', ')})`;
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  const width = Math.max(...rows.map(([name]) => name.length));
  const left = width + 4;
  // Names that leave no room for words beside them have them below.
  const beside = WIDTH - left >= LEAST_TEXT;
  const indent = ' '.repeat(beside ? left : 6);
  return [
    title,
    ...rows.flatMap(([name, text]) => {
      const [first = '', ...more] = text === '' ? [''] : wrap(text, WIDTH - indent.length);
      if (beside) return [`  ${name.padEnd(width)}  ${first}`.trimEnd(), ...more.map((line) => `${indent}${line}`)];
      return [`  ${name}`, ...(text === '' ? [] : [first, ...more].map((line) => `${indent}${line}`))];
    }),
  ].join('\n');
}

/** Texts come from the plugin: on one line, and without anything that could disturb a terminal. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
