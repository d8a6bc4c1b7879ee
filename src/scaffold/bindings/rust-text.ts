import type { Type } from './ir.js';

/** Where rustfmt breaks lines. */
export const RUST_WIDTH = 100;

/** Arguments that clippy lets a function have. */
const MOST_ARGUMENTS = 7;

/** How long the arguments of a call, or the members of a tuple, may be before rustfmt puts each on its line. */
export const RUST_ARGUMENTS = 60;

/** The same for a chain of calls. */
export const RUST_CHAIN = 60;

/** The same for the members of a struct literal. */
export const RUST_LITERAL = 18;

/** Words that Rust 2024 keeps for itself. */
const KEYWORDS = new Set(
  (
    'abstract as async await become box break const continue do dyn else enum extern false final fn for gen if impl ' +
    'in let loop macro match mod move mut override priv pub ref return static struct trait true try type typeof ' +
    'unsafe unsized use virtual where while yield'
  ).split(' '),
);
/** Keywords that not even `r#` makes into names. */
const STUBBORN = new Set(['crate', 'self', 'super', 'Self']);

/** A name as Rust takes it: keywords get `r#`, the few that may not get a trailing underscore. */
export function rustWord(name: string): string {
  if (STUBBORN.has(name)) return `${name}_`;
  return KEYWORDS.has(name) ? `r#${name}` : name;
}

/** A string literal. */
export function rustText(text: string): string {
  return JSON.stringify(text).replaceAll(/\\(u[0-9a-f]{4}|.)/g, (found, code: string) => {
    if (code.startsWith('u')) return `\\u{${code.slice(1)}}`;
    return { b: '\\u{8}', f: '\\u{c}' }[code] ?? found;
  });
}

/** A raw string literal of JSON. */
export function rustJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!/["\\]/.test(json)) return `"${json}"`;
  const runs = [...json.matchAll(/"(#*)/g)].map((match) => (match[1] ?? '').length);
  const hashes = '#'.repeat(Math.max(0, ...runs) + 1);
  return `r${hashes}"${json}"${hashes}`;
}

/** A constant with a text, broken where rustfmt would break it. */
export function rustConstant(indent: string, name: string, literal: string): string[] {
  const head = `${indent}const ${name}: &'static str =`;
  const broken = `${indent}    ${literal};`;
  if (`${head} ${literal};`.length <= RUST_WIDTH || broken.length > RUST_WIDTH) return [`${head} ${literal};`];
  return [head, broken];
}

/** A call or a tuple: `start`, its arguments in parentheses, `end` with the closing one. */
export function rustCall(start: string, parts: readonly string[], end: string): string[] {
  const inner = parts.join(', ');
  const line = `${start}(${inner}${end}`;
  if (inner.length <= RUST_ARGUMENTS && line.length <= RUST_WIDTH) return [line];
  const indent = ' '.repeat(start.search(/\S|$/));
  return [`${start}(`, ...parts.map((part) => `${indent}    ${part},`), `${indent}${end}`];
}

/** The first lines of a constructor `new` with one parameter for each required field, with leave for many of them. */
export function rustNew(parameters: readonly string[]): string[] {
  const line = `    pub fn new(${parameters.join(', ')}) -> Self {`;
  const broken = ['    pub fn new(', ...parameters.map((parameter) => `        ${parameter},`), '    ) -> Self {'];
  return [
    ...(parameters.length > MOST_ARGUMENTS
      ? ['    #[allow(clippy::too_many_arguments, reason = "one for each required field")]']
      : []),
    ...(line.length <= RUST_WIDTH ? [line] : broken),
  ];
}

/** A type as it stands in a field. */
export function rustType(type: Type): string {
  switch (type.kind) {
    case 'string':
    case 'const':
      return 'String';
    case 'bytes':
      return 'Vec<u8>';
    case 'bool':
      return 'bool';
    case 'int':
      return `${type.signed ? 'i' : 'u'}${type.bits}`;
    case 'float':
      return 'f64';
    case 'json':
      return 'Value';
    case 'object':
      return 'Map';
    case 'array':
      return `Vec<${rustType(type.items)}>`;
    case 'map':
      return `BTreeMap<String, ${rustType(type.values)}>`;
    case 'ref':
      return type.name;
  }
}

/** A doc comment, one line for each of the text's; nothing for an empty text. */
export function rustDoc(description: string, indent = ''): string[] {
  return description === '' ? [] : description.split('\n').map((line) => `${indent}/// ${line}`.trimEnd());
}

/** Lines as the text of a file, with a line break at the end. */
export function rustBlock(...lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
