import { isFields } from '../json-fields.js';

/** Blanks per level, as Go's yaml.v3 writes them. */
const INDENT = 4;

/** A JSON value as YAML in the form that Go's yaml.v3 gives it, with a line feed at its end. */
export function yamlText(value: unknown): string {
  return `${(block(value, 0) ?? scalarLines(value, 0)).join('\n')}\n`;
}

/** The lines of a map or list in a column; undefined for what stands on the line of its key. */
function block(value: unknown, column: number): string[] | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    // A dash takes two columns, and what belongs to it stands below its text.
    return value.flatMap((item) => {
      const [first = '', ...rest] = block(item, column + 2) ?? scalarLines(item, column + 2);
      return [`${' '.repeat(column)}- ${first.trimStart()}`, ...rest];
    });
  }
  if (!isFields(value) || Object.keys(value).length === 0) return undefined;
  // Columns below a key are multiples of the indent, wherever the key stands.
  const below = INDENT * Math.floor((column + INDENT) / INDENT);
  return Object.entries(value).flatMap(([key, item]) => {
    const name = `${' '.repeat(column)}${scalarLines(key, 0).join('\n')}:`;
    const inner = block(item, below);
    if (inner !== undefined) return [name, ...inner];
    const [first, ...rest] = scalarLines(item, below);
    return [`${name} ${first}`, ...rest];
  });
}

/** @param column where the lines of a text of several lines stand */
function scalarLines(value: unknown, column: number): string[] {
  if (value === null || value === undefined) return ['null'];
  if (Array.isArray(value)) return ['[]'];
  if (typeof value === 'object') return ['{}'];
  return typeof value === 'string' ? text(value, column) : [String(value)];
}

function text(value: string, column: number): string[] {
  if (value.includes('\n') && isPrintable(value)) return literal(value, column);
  if (isOtherType(value) || !isPrintable(value)) return [doubleQuoted(value)];
  return [isPlain(value) ? value : `'${value.replaceAll("'", "''")}'`];
}

/** A block of lines as they stand; the mark says how many line feeds end it. */
function literal(value: string, column: number): string[] {
  const end = value.endsWith('\n\n') || value === '\n' ? '+' : value.endsWith('\n') ? '' : '-';
  const hint = /^[ \n]/.test(value) ? String(INDENT) : '';
  // yaml.v3 writes no line for a line feed at the start.
  const body = value.replace(/^\n/, '').replace(/\n$/, '');
  const lines = value === '\n' ? [] : body.split('\n');
  return [`|${hint}${end}`, ...lines.map((line) => (line === '' ? line : `${' '.repeat(column || INDENT)}${line}`))];
}

/** Texts that YAML 1.1 or 1.2 would read as something else: null, booleans, numbers, dates. */
function isOtherType(value: string): boolean {
  return (
    /^(?:~|null|Null|NULL|)$/.test(value) ||
    /^(?:true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/.test(value) ||
    /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(value) ||
    /^[-+]?0(?:[box][0-9a-fA-F_]+)$/.test(value) ||
    /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(value) ||
    /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(value) ||
    /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ]\s*\d)/.test(value)
  );
}

/** Whether the text can stand without quotes, on one line and in no flow. */
function isPlain(value: string): boolean {
  if (/^[#,[\]{}&*!|>'"%@`]/.test(value)) return false;
  if (/^[-?:](?:[ \t]|$)/.test(value) || /^(?:---|\.\.\.)/.test(value)) return false;
  return !/^[ \t]|[ \t]$|:(?:[ \t]|$)|[ \t]#|[\u2028\u2029]/.test(value);
}

function isPrintable(value: string): boolean {
  return !/[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u.test(value);
}

function doubleQuoted(value: string): string {
  const named: Readonly<Record<string, string>> = {
    '\0': '\\0',
    '\x07': '\\a',
    '\b': '\\b',
    '\t': '\\t',
    '\n': '\\n',
    '\v': '\\v',
    '\f': '\\f',
    '\r': '\\r',
    '\x1b': '\\e',
    '"': '\\"',
    '\\': '\\\\',
    '\x85': '\\N',
  };
  const escaped = [...value].map((one) => {
    if (named[one] !== undefined) return named[one];
    if (isPrintable(one) && one !== '\n') return one;
    const code = one.codePointAt(0) ?? 0;
    if (code > 0xffff) return `\\U${hex(code, 8)}`;
    return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
  return `"${escaped.join('')}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}
