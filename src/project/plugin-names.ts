import type { Language } from '../model/target.js';
import { PLUGIN_ID } from './name-grammar.js';
import { reservedWord } from './reserved-words.js';

/** The spellings of a plugin's id that sources, build files and packages need. */
export interface PluginNames {
  /** As written: `My.Plugin`. Name of the built file and id on the wire. */
  readonly id: string;
  /** Identifier of every language: `my_plugin`. Also the Rust crate and the CMake target. */
  readonly snake: string;
  /** `MyPlugin` */
  readonly pascal: string;
  /** `MY_PLUGIN` */
  readonly upper: string;
  /** Name of the Cargo package and the Go module: `my-plugin`. */
  readonly package: string;
}

/** Legal identifiers for any id: dots, dashes, upper case and leading digits are all allowed in ids. */
export function pluginNames(id: string): PluginNames {
  const words = wordsOf(id);
  if (!/^[a-z]/.test(words[0] ?? '')) words.unshift('plugin');
  const snake = words.join('_');
  return {
    id,
    snake,
    pascal: words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(''),
    upper: snake.toUpperCase(),
    package: words.join('-'),
  };
}

/** What is wrong with an id, and one that would do. */
export interface IdProblem {
  readonly reason: string;
  readonly proposal: string;
}

/** Names that Windows keeps for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Why an id cannot be used; undefined when it can. Without a language, the rules of all
 * languages hold.
 */
export function idProblem(id: string, language?: Language): IdProblem | undefined {
  const reason = idReason(id, language);
  return reason === undefined ? undefined : { reason, proposal: propose(id, language) };
}

function idReason(id: string, language: Language | undefined): string | undefined {
  return fileNameProblem(id) ?? reservedWord(pluginNames(id), language);
}

/** Why an id cannot be the name of an installed file, whatever language it was written in. */
export function fileNameProblem(id: string): string | undefined {
  if (id === '') return 'an id is needed';
  if (!PLUGIN_ID.test(id)) {
    return id.length > 128
      ? 'an id has at most 128 characters'
      : 'only letters, digits and . _ - can be in it, a letter or digit first';
  }
  if (/-v\d/i.test(id)) return 'hosts read "-v" and a digit in a file name as its version';
  if (id.endsWith('.')) return 'Windows drops a dot at the end of a file name';
  return DEVICE.test(id) ? 'Windows keeps this name for a device' : undefined;
}

/** The nearest good id. */
function propose(id: string, language: Language | undefined): string {
  const plain = id
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/-v(?=\d)/gi, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 121)
    .replace(/[._-]+$/, '');
  const candidates = [plain, `${plain}-plugin`, plain.replaceAll('.', '-')];
  return candidates.find((candidate) => idReason(candidate, language) === undefined) ?? 'my-plugin';
}

/** Lower-case words of an id; camel case counts as words. */
function wordsOf(id: string): string[] {
  return id
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}
