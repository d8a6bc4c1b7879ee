import { cannotChange } from './words.js';

/** A variable that names the file of one plugin, or those of several. */
export interface PathVariable {
  readonly name: string;
  readonly many: boolean;
}

/** What separates the paths of a list. */
const SEPARATORS = /[,\s]+/;

/** One line of a file of variables. */
const LINE = /^(\s*(?:export\s+)?)([A-Za-z_][A-Za-z0-9_]*)(\s*=\s*)(.*)$/;

/** The lines for variables that name a file, as they would stand in a file of their own. */
export function variableLines(variables: readonly PathVariable[], file: string, shown: string): string {
  return variables.map((one) => `${one.name}=${written(one, one.many ? [file] : file, shown)}\n`).join('');
}

/**
 * Has a file of variables name a plugin's file; all other lines, comments included, stay.
 * @throws CpexError `CPEX_E_INSTALL_HOST_CONFIG` where a list cannot hold the path
 */
export function withVariables(text: string, variables: readonly PathVariable[], file: string, shown: string): string {
  const lines = text.split('\n');
  for (const variable of variables) {
    const at = lines.findIndex((line) => LINE.exec(line)?.[2] === variable.name);
    const [, before = '', , equals = '='] = LINE.exec(lines[at] ?? '') ?? [];
    const old = pathsOf(lines[at]);
    const paths = old.includes(file) ? old : [...old, file];
    const value = variable.many ? written(variable, paths, shown) : written(variable, file, shown);
    const line = `${before}${variable.name}${equals}${value}`;
    const same = variable.many ? old.includes(file) : plainValue(lines[at]) === file;
    if (same) continue;
    if (at >= 0) lines[at] = line;
    else lines.splice(lines.at(-1) === '' ? -1 : lines.length, 0, line);
  }
  const changed = lines.join('\n');
  return changed === text || changed.endsWith('\n') ? changed : `${changed}\n`;
}

/** The text without a path, wherever a variable names it; a variable that named nothing else goes. */
export function withoutPath(text: string, file: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const [, before = '', name = '', equals = '='] = LINE.exec(line) ?? [];
      if (plainValue(line) === file) return [];
      const paths = pathsOf(line);
      if (!paths.includes(file)) return [line];
      const left = paths.filter((one) => one !== file);
      return left.length === 0 ? [] : [`${before}${name}${equals}${left.join(',')}`];
    })
    .join('\n');
}

function written({ name, many }: PathVariable, value: string | readonly string[], shown: string): string {
  if (!many) return /[\s"'#$\\]/.test(String(value)) ? JSON.stringify(value) : String(value);
  const broken = (value as readonly string[]).find((one) => SEPARATORS.test(one));
  if (broken === undefined) return (value as readonly string[]).join(',');
  throw cannotChange(
    shown,
    `${name} separates paths by commas and blanks, so it cannot hold ${JSON.stringify(broken)}`,
  );
}

function plainValue(line: string | undefined): string {
  const value = (LINE.exec(line ?? '')?.[4] ?? '').trim();
  const quoted = /^(["'])(.*)\1$/.exec(value)?.[2];
  return quoted ?? value;
}

function pathsOf(line: string | undefined): readonly string[] {
  return plainValue(line).split(SEPARATORS).filter(Boolean);
}
