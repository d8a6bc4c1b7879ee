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
 * A hook's or command's name for that of the sample (`tool_pre_invoke`, `greet`). After a quote or
 * the words "hook" and "command" it is the name on the wire; elsewhere it is part of an identifier.
 */
export function renameCapability(sample: string, wire: string): Rename {
  const from = nameOf(sample);
  const to = nameOf(wire);
  const spellings = new Map([
    [`(?<=["'\`]|(?:hook|command) )${from.snake}(?![A-Za-z0-9_])`, to.wire],
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

function camel(pascal: string): string {
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}
