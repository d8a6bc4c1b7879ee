import type { TargetName } from '../../model/target.js';
import type { LockEntry, LockedTool } from './model.js';

/** Digits of a digest to show. */
const SHOWN = 12;

interface Row {
  readonly name: string;
  readonly wanted: string;
  readonly found: string;
}

/** What differs between an entry of the lock file and the tools that are here, one aligned line each. */
export function differences(target: TargetName, wanted: LockEntry, found: LockEntry): string[] {
  // On another kind of machine every digest differs, which nobody needs to read.
  const [theirs, ours] = wanted.host === found.host ? [wanted.tools, found.tools] : [{}, {}];
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].sort();
  const rows = [
    ...textRow('host', wanted.host, found.host),
    ...textRow('cpex', wanted.cpex, found.cpex),
    ...textRow('language', wanted.language, found.language),
    ...textRow('compiler', compilerText(wanted), compilerText(found)),
    ...names.flatMap((name) => toolRow(name, theirs[name], ours[name])),
  ];
  const width = (column: keyof Row) => Math.max(...rows.map((row) => row[column].length));
  const [first, second] = [width('name'), width('wanted')];
  return rows.map(
    (row) => `${target}  ${row.name.padEnd(first)}  wanted ${row.wanted.padEnd(second)}  found ${row.found}`,
  );
}

function textRow(name: string, wanted: string, found: string): Row[] {
  return wanted === found ? [] : [{ name, wanted, found }];
}

function toolRow(name: string, wanted: LockedTool | undefined, found: LockedTool | undefined): Row[] {
  if (wanted?.sha256 === found?.sha256 && wanted?.version === found?.version) return [];
  return [{ name, wanted: toolText(wanted), found: toolText(found) }];
}

function toolText(tool: LockedTool | undefined): string {
  if (tool === undefined) return 'none';
  const digest = `sha256 ${tool.sha256.slice(0, SHOWN)}`;
  return tool.version === undefined ? digest : `${tool.version} ${digest}`;
}

function compilerText({ compiler }: LockEntry): string {
  return compiler === undefined ? 'none' : [compiler.source, ...compiler.arguments].join(' ');
}
