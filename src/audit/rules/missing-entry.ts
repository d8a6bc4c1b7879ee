import type { LinkFacts } from '../../model/binary.js';
import { NATIVE_HOSTS } from '../../project/hosts.js';
import { nearest } from '../../support/suggest.js';
import { listed, type Problem } from './rule.js';

/** Remedy for an entry that is in the file and not exported. */
export interface HiddenRemedy {
  readonly hidden: string;
}

/** What to say about a library that does not export the entry: the likeliest cause first, whatever the format. */
export function missingEntry(name: string, facts: LinkFacts, remedy: HiddenRemedy): Problem {
  const names = facts.exports.map((symbol) => symbol.name);
  if (facts.hidden.includes(name)) {
    return { message: `${name} is in the file, but hidden: it is not exported.`, remedy: remedy.hidden };
  }
  const mangled = names.find((one) => isMangled(one, name));
  if (mangled !== undefined) {
    return {
      message: `${name} is exported under a mangled name.`,
      evidence: [`exported: ${mangled}`],
      remedy: 'Give it its plain name: extern "C" in C++, #[unsafe(no_mangle)] in Rust.',
    };
  }
  const other = NATIVE_HOSTS.find((host) => names.includes(`${host}_plugin_init`));
  if (other !== undefined) {
    return {
      message: `The entry function ${name} is not exported.`,
      evidence: [`exported: ${other}_plugin_init, the entry of plugins for the host ${other}`],
      remedy: `Name the host that it was made for: --host ${other}, or host: ${other} in cpex.yaml.`,
    };
  }
  const guess = nearest(name, names.filter((one) => one.length < 2 * name.length).slice(0, 1000));
  return {
    message: `The entry function ${name} is not exported.`,
    evidence: [
      names.length === 0 ? 'the library exports nothing' : `exported: ${listed(names)}`,
      ...(guess === undefined ? [] : [`nearest name: ${guess}`]),
    ],
  };
}

/** C++ and Rust write a name's length before it; Microsoft's compilers a question mark. */
function isMangled(exported: string, name: string): boolean {
  return exported.includes(`${name.length}${name}`) || exported.startsWith(`?${name}@`);
}
