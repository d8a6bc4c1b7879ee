import type { PluginNames } from '../project/plugin-names.js';
import { nameOf } from './bindings/names.js';

/** Replaces a sample's name by that of the real thing, in every spelling. */
export type Rename = (text: string) => string;

/**
 * The plugin's names for those of the sample project. `sample-plugin` is the id, except where a
 * package manager wants a name of its own: in `packageFile`s and in Go import paths.
 */
export function renamePlugin(names: PluginNames): (text: string, packageFile: boolean) => string {
  return (text, packageFile) =>
    text.replaceAll(/sample-plugin(\/internal)?|sample_plugin|SamplePlugin|SAMPLE_PLUGIN/g, (found, internal) => {
      if (found === 'sample_plugin') return names.snake;
      if (found === 'SamplePlugin') return names.pascal;
      if (found === 'SAMPLE_PLUGIN') return names.upper;
      if (internal !== undefined) return `${names.package}/internal`;
      return packageFile ? names.package : names.id;
    });
}

/**
 * The name of a hook, command or runner for that of the sample (`tool_pre_invoke`, `greet`, `shell`). After a quote
 * or the words "hook", "command", "tool", "runner" and "step" it is the name on the wire; elsewhere it is part of an identifier.
 */
export function renameCapability(sample: string, wire: string): Rename {
  const from = nameOf(sample);
  const to = nameOf(wire);
  const spellings = new Map([
    [`(?<=["'\`]|(?:hook|command|tool|runner|step) )${from.snake}(?![A-Za-z0-9_])`, to.wire],
    [`${from.snake}(?=[A-Z])`, camel(to.pascal)],
    [camel(from.pascal), camel(to.pascal)],
    [from.snake, to.snake],
    [from.pascal, to.pascal],
    [from.upper, to.upper],
  ]);
  const pattern = new RegExp([...spellings.keys()].map((source) => `(${source})`).join('|'), 'g');
  const by = [...spellings.values()];
  return (text) => text.replaceAll(pattern, (found, ...groups: unknown[]) => by[groups.indexOf(found)] ?? found);
}

/** An event with its phase for `before_build_start`; where the phase or the kind stands alone, that is replaced, too. */
export function renameEvent(sample: string, wire: string): Rename {
  const whole = renameCapability(sample, wire);
  const [from, to] = [eventParts(sample), eventParts(wire)];
  const kind = renameCapability(from.kind, to.kind);
  const phase = renameWord(from.phase, to.phase);
  return (text) => phase(kind(whole(text)));
}

function eventParts(event: string): { readonly phase: string; readonly kind: string } {
  const [phase = '', ...kind] = event.split('_');
  return { phase, kind: kind.join('_') };
}

/** A word that stands alone or ends an identifier, in lower case, capitals, or with a capital: `Phase::Before`, `PHASE_BEFORE`. */
function renameWord(from: string, to: string): Rename {
  const spellings = [nameOf(from), nameOf(to)] as const;
  const pairs = (['snake', 'pascal', 'upper'] as const).map((key) => [spellings[0][key], spellings[1][key]] as const);
  return (text) =>
    pairs.reduce((out, [old, now]) => out.replaceAll(new RegExp(`(?<![a-z])${old}(?![A-Za-z0-9_])`, 'g'), now), text);
}

function camel(pascal: string): string {
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}
