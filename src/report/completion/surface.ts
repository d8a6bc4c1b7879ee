/** What a shell needs to know about the command line. */
export interface Surface {
  readonly bin: string;
  readonly commands: readonly SurfaceCommand[];
}

export interface SurfaceCommand {
  readonly id: string;
  readonly summary: string;
  readonly flags: readonly SurfaceFlag[];
  /** Values of the first argument, where it has a closed list. */
  readonly values: readonly string[];
  /** Words that may come first, among others; what follows them may be a file. */
  readonly words: readonly string[];
}

export interface SurfaceFlag {
  /** With its dashes. */
  readonly name: string;
  readonly char?: string;
  readonly summary: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
}

/** The parts of oclif's command description that completion uses. */
interface CommandShape {
  readonly id: string;
  readonly hidden?: boolean | undefined;
  readonly summary?: string | undefined;
  readonly flags?: Readonly<Record<string, FlagShape>> | undefined;
  readonly args?: Readonly<Record<string, { readonly options?: readonly string[] | undefined }>> | undefined;
  readonly words?: unknown;
}

interface FlagShape {
  readonly name: string;
  readonly char?: string | undefined;
  readonly type: string;
  readonly hidden?: boolean | undefined;
  readonly description?: string | undefined;
  readonly summary?: string | undefined;
  readonly options?: readonly string[] | undefined;
  readonly allowNo?: boolean | undefined;
}

/** Reads the surface from oclif's commands. */
export function readSurface(bin: string, commands: readonly CommandShape[]): Surface {
  return {
    bin,
    commands: commands
      .filter(({ hidden }) => !hidden)
      .map(({ id, summary, flags, args, words }) => ({
        id,
        summary: summary ?? '',
        flags: Object.values(flags ?? {}).flatMap(readFlag),
        values: Object.values(args ?? {})[0]?.options ?? [],
        words: Array.isArray(words) ? words.map(String) : [],
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function readFlag({ name, char, type, hidden, description, summary, options, allowNo }: FlagShape): SurfaceFlag[] {
  if (hidden) return [];
  const flag: SurfaceFlag = {
    name: `--${name}`,
    ...(char === undefined ? {} : { char: `-${char}` }),
    summary: (summary ?? description ?? '').replace(/\s+/g, ' '),
    takesValue: type === 'option',
    values: options ?? [],
  };
  return allowNo ? [flag, { ...flag, name: `--no-${name}` }] : [flag];
}
