/** A subcommand as a plugin declares it; `CommandSpec` in `types.json`. */
export interface CommandSpec {
  readonly verb: string;
  readonly about: string;
  readonly args?: readonly ArgSpec[];
  readonly subcommands?: readonly CommandSpec[];
}

export type ValueType = 'string' | 'int' | 'bool';

export interface PositionalArg {
  readonly kind: 'positional';
  readonly name: string;
  readonly help?: string;
  readonly required: boolean;
  readonly value_type: ValueType;
}

export interface OptionArg {
  readonly kind: 'option';
  readonly long: string;
  readonly short?: string;
  readonly help?: string;
  readonly required: boolean;
  readonly value_type: ValueType;
  readonly default?: unknown;
}

export interface FlagArg {
  readonly kind: 'flag';
  readonly long: string;
  readonly short?: string;
  readonly help?: string;
}

export type ArgSpec = PositionalArg | OptionArg | FlagArg;

/** The arguments of a command, also where a sloppy plugin left them out. */
export function argumentsOf(spec: CommandSpec): readonly ArgSpec[] {
  return Array.isArray(spec.args) ? spec.args : [];
}
