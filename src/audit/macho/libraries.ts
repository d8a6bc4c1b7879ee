import { COMMAND, commandText, type LoadCommands } from './load-commands.js';

/** How a library is needed: `weak` and `lazy` ones may be absent. */
export type LibraryKind = 'required' | 'weak' | 'reexported' | 'upward' | 'lazy';

export interface Library {
  readonly name: string;
  readonly kind: LibraryKind;
}

const KINDS: Readonly<Record<number, LibraryKind>> = {
  [COMMAND.LOAD_DYLIB]: 'required',
  [COMMAND.LOAD_WEAK_DYLIB]: 'weak',
  [COMMAND.REEXPORT_DYLIB]: 'reexported',
  [COMMAND.LOAD_UPWARD_DYLIB]: 'upward',
  [COMMAND.LAZY_LOAD_DYLIB]: 'lazy',
};

/** Offset of the name's place in the commands for libraries and run paths. */
const NAME_AT = 8;

/** The libraries that are linked, in the order by which symbols refer to them. */
export function readLibraries(commands: LoadCommands): readonly Library[] {
  return commands
    .of(...Object.keys(KINDS).map(Number))
    .map(({ kind, bytes }) => ({ name: commandText(bytes, NAME_AT), kind: KINDS[kind] ?? 'required' }));
}

/** The name by which others refer to the library. */
export function installName(commands: LoadCommands): string | undefined {
  const command = commands.first(COMMAND.ID_DYLIB);
  return command === undefined ? undefined : commandText(command, NAME_AT);
}

/** Folders in which `@rpath/…` is looked for. */
export function runPaths(commands: LoadCommands): readonly string[] {
  return commands.of(COMMAND.RPATH).map(({ bytes }) => commandText(bytes, NAME_AT));
}
