import { realpathSync } from 'node:fs';
import path from 'node:path';

/** A place in code as the probe names it. */
export interface CodePlace {
  /** Bytes from where its module begins, as `0x1139`. */
  readonly offset: string;
  /** Name and distance, `free+0x17`, of an exported function; empty where none is known. */
  readonly symbol: string;
  /** Path of the library or program; empty where it lies in none. */
  readonly module: string;
}

/** A function of the plugin on a stack, and what it had called. */
export interface PluginFrame extends CodePlace {
  /** The function outside of the plugin that it was in. */
  readonly inside?: string;
}

/** The files that frames are told apart by. */
export interface Modules {
  readonly plugin: string;
  readonly probe: string;
}

/** Reads one frame as the probe writes it: offset, symbol and module with tabs between them. */
export function readFrame(text: string): CodePlace {
  const [offset = '', symbol = '', ...module] = text.split('\t');
  return { offset, symbol, module: module.join('\t') };
}

/**
 * The plugin's own functions, the innermost first. Functions of the system and of the host become a word about the
 * function of the plugin that had called them; what had called the plugin is left out.
 */
export function pluginFrames(frames: readonly CodePlace[], modules: Modules): PluginFrame[] {
  const own = (frame: CodePlace) => sameFile(frame.module, modules.plugin);
  const last = frames.findLastIndex(own);
  if (last === -1) return [];
  return frames.slice(0, last + 1).flatMap((frame, at): PluginFrame[] => {
    if (!own(frame)) return [];
    const called = frames[at - 1];
    return called === undefined || own(called) ? [frame] : [{ ...frame, inside: describe(called, modules) }];
  });
}

/** The places of a stack that are in some module, without those of the host. */
export function otherPlaces(frames: readonly CodePlace[], modules: Modules): CodePlace[] {
  return frames.filter(({ module }) => module !== '' && !sameFile(module, modules.probe));
}

function describe(frame: CodePlace, { probe }: Modules): string {
  if (sameFile(frame.module, probe)) return 'the host';
  if (frame.module === '') return 'no code';
  const name = frame.symbol.replace(/\+0x[0-9a-f]+$/, '');
  return name === '' ? moduleName(frame.module) : `${name} of ${moduleName(frame.module)}`;
}

/** `libc.so.6+0x1139 (free+0x17)`. */
export function moduleAndOffset({ module, offset, symbol }: CodePlace): string {
  return `${moduleName(module)}+${offset}${symbol === '' ? '' : ` (${symbol})`}`;
}

/** The last part of a path, of whatever system. */
export function moduleName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}

const real = new Map<string, string>();

/** Wine spells paths in its own way, so only their last parts are compared there. */
export function sameFile(one: string, other: string): boolean {
  if (one === other) return true;
  if (one === '' || moduleName(one).toLowerCase() !== moduleName(other).toLowerCase()) {
    return one !== '' && resolved(one) === resolved(other);
  }
  return one.includes('\\') || resolved(one) === resolved(other);
}

function resolved(file: string): string {
  const known = real.get(file);
  if (known !== undefined) return known;
  let found = path.resolve(file);
  try {
    found = realpathSync(file);
  } catch {
    // It has been taken away: its name is all there is.
  }
  if (real.size > 1000) real.clear();
  real.set(file, found);
  return found;
}
