import { nameOf } from './bindings/names.js';
import { renameGenerated } from './go-descriptor.js';
import type { Rename } from './spellings.js';

/** The service that the templates of go-plugin are written for. */
export const SAMPLE_SERVICE = 'greeter.v1.Greeter';

/** Messages of the sample: a service of that name would be declared twice. */
const MESSAGES: readonly string[] = ['GreetRequest', 'GreetReply'];

/** What is wrong with the name of a new service; undefined when it will do. */
export function serviceProblem(service: string): string | undefined {
  if (!/^([a-z][a-z0-9_]*\.)*[A-Z][A-Za-z0-9]*$/.test(service)) {
    return `expected the name of a service such as ${SAMPLE_SERVICE}, a package in lower case and a word in capitals, found "${service}".`;
  }
  return MESSAGES.includes(split(service).name) ? `"${service}" is the name of a message of the sample.` : undefined;
}

/** Project path of the file that states a service. */
export function protoFile(service: string): string {
  return `proto/${nameOf(split(service).name).snake}.proto`;
}

/**
 * The name of a service for that of the sample in a file, in its path and in the descriptors that Go code carries.
 * A service without a package stands at the top of the Rust module.
 */
export function renameService(service: string, file: string): Rename {
  const to = split(service);
  const snake = nameOf(to.name).snake;
  const packages = to.package === '' ? [] : to.package.split('.');
  const spellings: readonly (readonly [pattern: string, text: string])[] = [
    ['greeter\\.v1\\.Greeter', service],
    ['greeter\\.v1\\.', packages.map((part) => `${part}.`).join('')],
    ['::greeter::v1', packages.map((part) => `::${part}`).join('')],
    ['package greeter\\.v1;\\n\\n', to.package === '' ? '' : `package ${to.package};\n\n`],
    ['greeter\\.v1', to.package],
    ['(?<![A-Za-z])greeter(?=Client)', to.name.charAt(0).toLowerCase() + to.name.slice(1)],
    ['(?<![A-Za-z])greeter(?=_|\\.p)', snake],
    // Rust code has capitals of its own: KVStore is KvStore there.
    ['Greeter', file.endsWith('.rs') ? nameOf(to.name).pascal : to.name],
  ];
  const pattern = new RegExp(spellings.map(([source]) => `(${source})`).join('|'), 'g');
  const rename: Rename = (text) =>
    text.replaceAll(pattern, (found, ...groups: unknown[]) => spellings[groups.indexOf(found)]?.[1] ?? found);
  return (text) => renameGenerated(text, rename);
}

function split(service: string): { readonly package: string; readonly name: string } {
  const dot = service.lastIndexOf('.');
  return { package: service.slice(0, Math.max(dot, 0)), name: service.slice(dot + 1) };
}
