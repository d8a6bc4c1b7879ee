/** Types of fields that are no messages, as .proto files name them. */
export const SCALARS = [
  ...(['double', 'float', 'int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64', 'fixed32', 'fixed64'] as const),
  ...(['sfixed32', 'sfixed64', 'bool', 'string', 'bytes'] as const),
] as const;
export type Scalar = (typeof SCALARS)[number];

/** What one value of a field is. */
export type ValueType =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'enum'; readonly type: EnumType }
  /** `delimited` messages are written between two tags, as groups are. */
  | { readonly kind: 'message'; readonly type: MessageType; readonly delimited: boolean };

export interface FieldType {
  /** As the .proto file has it: `flag_key`. */
  readonly name: string;
  /** As ProtoJSON has it: `flagKey`. */
  readonly jsonName: string;
  readonly number: number;
  readonly value: ValueType;
  /** Where the field is a map: what each pair is written as, `key` and `value`. `value` above is that of the pairs then. */
  readonly mapEntry?: MessageType;
  readonly repeated: boolean;
  /** Repeated numbers stand in one block. */
  readonly packed: boolean;
  /** Whether a value that is zero is told from none. */
  readonly presence: 'explicit' | 'implicit' | 'required';
  /** The `oneof` that the field is a part of. */
  readonly oneof?: string;
  /** Text that is no UTF-8 is refused. */
  readonly strictText: boolean;
}

/** A message; messages may hold themselves, so fields are filled in later. */
export class MessageType {
  /** In the order of their numbers. */
  fields: readonly FieldType[] = [];
  private numbers: ReadonlyMap<number, FieldType> = new Map();
  private names: ReadonlyMap<string, FieldType> = new Map();

  /** @param fullName with the package, without a dot before it */
  constructor(readonly fullName: string) {}

  fill(fields: readonly FieldType[]): void {
    this.fields = [...fields].sort((a, b) => a.number - b.number);
    this.numbers = new Map(fields.map((field) => [field.number, field]));
    // Where one field's JSON name is another one's own name, the JSON name is meant.
    this.names = new Map([
      ...fields.map((field) => [field.name, field] as const),
      ...fields.map((field) => [field.jsonName, field] as const),
    ]);
  }

  byNumber(number: number): FieldType | undefined {
    return this.numbers.get(number);
  }

  /** The field of that name, in either spelling. */
  byName(name: string): FieldType | undefined {
    return this.names.get(name);
  }
}

export interface EnumType {
  readonly fullName: string;
  /** Several names may stand for one number. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The first name of each number. */
  readonly names: ReadonlyMap<number, string>;
}

/** A method of a service. */
export interface MethodType {
  /** `package.Service/Method`. */
  readonly name: string;
  /** What the file says about it; empty when nothing is known. */
  readonly comment: string;
  readonly request: MessageType;
  readonly answer: MessageType;
  readonly requestStream: boolean;
  readonly answerStream: boolean;
}

/** The services of an application, and all messages by their full name. */
export interface Services {
  /** Service by its full name; in each the methods by theirs. */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, MethodType>>;
  readonly messages: ReadonlyMap<string, MessageType>;
}

/** What the pairs of a map are written as. */
export function mapEntryOf(owner: string, key: Scalar, value: ValueType, strictText: boolean): MessageType {
  const common = { repeated: false, packed: false, strictText } as const;
  const keys = { kind: 'scalar', scalar: key } as const;
  const presence = value.kind === 'message' ? 'explicit' : 'implicit';
  const entry = new MessageType(owner);
  entry.fill([
    { ...common, name: 'key', jsonName: 'key', number: 1, value: keys, presence: 'implicit' },
    { ...common, name: 'value', jsonName: 'value', number: 2, value, presence },
  ]);
  return entry;
}

/** `flag_key` as ProtoJSON spells it: `flagKey`. */
export function jsonNameOf(name: string): string {
  return name.replaceAll(/_+(.?)/g, (_, letter: string) => letter.toUpperCase());
}
