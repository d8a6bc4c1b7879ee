import type { CodeEntry } from './entry.js';

export const scaffoldCodes = {
  CPEX_E_CONTRACT_UNSUPPORTED: {
    kind: 'user',
    exit: 2,
    title: 'A contract uses something that bindings cannot express',
    text: 'Typed bindings are written from a closed subset of JSON Schema: objects with properties, maps, arrays, strings, string enums, bytes as base64, booleans, numbers, integers with a width, tagged unions (oneOf with x-tag) and references. The message names the place in the contract that goes beyond it.',
  },
  CPEX_E_NEW_ID: {
    kind: 'user',
    exit: 2,
    title: 'A plugin cannot have this id',
    text: 'An id is the name of the built file and of the plugin on the wire. It starts with a letter or digit and has up to 128 letters, digits, dots, dashes and underscores. Hosts read "-v" and a digit as a version, Windows keeps some names for devices and drops a dot at the end, and a name that is a keyword or a reserved target of the language would not compile. The error names an id that would do.',
  },
  CPEX_E_NEW_VALUE: {
    kind: 'user',
    exit: 2,
    title: 'A value given to `cpex new` cannot be used',
    text: 'The message says which flag or variable, what was expected and what was found. Capabilities have the form WORD:ARGUMENT, e.g. `--capability hook:tool_pre_invoke` or `--capability command:greet`, and can be given several times.',
  },
  CPEX_E_NEW_EXISTS: {
    kind: 'user',
    exit: 2,
    title: 'The folder has files already that a new project would bring',
    text: '`cpex new` does not overwrite. With --force it adds what is missing, replaces files that an earlier `cpex new` wrote and nobody edited since (by the hashes in .cpex/scaffold.json), and keeps and names all others. With --overwrite it replaces those too.',
  },
  CPEX_E_NEW_BLOCKED: {
    kind: 'user',
    exit: 2,
    title: 'Something stands where the project has to go',
    text: 'A file stands where a folder is needed, a folder where a file is needed, or a symbolic link in the place of either. cpex does not write through links and removes nothing that it did not make.',
  },
  CPEX_E_NEW_WRITE: {
    kind: 'environment',
    exit: 3,
    title: 'The project cannot be written',
    text: 'The system refused to create a file or folder: no permission, a read-only or full disk, a path that is too long. Everything that had been created is removed again.',
  },
  CPEX_E_CI_EDITED: {
    kind: 'user',
    exit: 2,
    title: 'The workflow was edited where cpex writes',
    text: '`cpex ci` writes the lines between two marks, `# >>> cpex ci NAME DIGEST >>>` and `# <<< cpex ci NAME <<<`, and knows by the digest when somebody changed them. Nothing was written. The difference to what cpex would write is shown. Lines of your own go outside the marks, where they are kept byte for byte. `cpex ci --force` replaces the edited lines and keeps the old text as a file that ends in .orig. In place of a region that is not wanted, a line `# cpex ci off: NAME` says so.',
  },
  CPEX_E_CI_MARKS: {
    kind: 'user',
    exit: 2,
    title: 'The workflow does not have the marks that cpex ci needs',
    text: 'The file was written by somebody else, or marks of `cpex ci` were removed, doubled or moved into one another; the message lists the lines. Nothing was written. Put the marks back (an empty pair is filled), or let `cpex ci --force` write the file anew, which keeps the old text as a file that ends in .orig.',
  },
  CPEX_E_CI_WRITE: {
    kind: 'environment',
    exit: 3,
    title: 'The workflow cannot be written',
    text: 'The system refused to write below .github/workflows at the top of the repository: no permission, a read-only or full disk, or a file where a folder is needed. `cpex ci --dry-run` shows what would be written.',
  },
} as const satisfies Record<string, CodeEntry>;
