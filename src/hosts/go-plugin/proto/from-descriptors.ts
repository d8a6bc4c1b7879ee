import { decodeMessage } from './decode.js';
import { commonMessages } from './from-root.js';
import {
  type EnumType,
  type FieldType,
  jsonNameOf,
  MessageType,
  type MethodType,
  mapEntryOf,
  SCALARS,
  type Services,
  type ValueType,
} from './model.js';

/** What descriptor.proto has, as ProtoJSON; only what is needed here. */
interface FileRow {
  readonly name?: string;
  readonly package?: string;
  readonly syntax?: string;
  readonly messageType: readonly MessageRow[];
  readonly enumType: readonly EnumRow[];
  readonly extension: readonly FieldRow[];
  readonly service: readonly ServiceRow[];
  readonly options?: { readonly features?: Features };
}
interface MessageRow {
  readonly name: string;
  readonly field: readonly FieldRow[];
  readonly nestedType: readonly MessageRow[];
  readonly enumType: readonly EnumRow[];
  readonly extension: readonly FieldRow[];
  readonly oneofDecl: readonly { readonly name: string }[];
  readonly options?: { readonly mapEntry?: boolean; readonly features?: Features };
}
interface FieldRow {
  readonly name: string;
  readonly number: number;
  readonly label?: string;
  readonly type?: string;
  readonly typeName?: string;
  readonly extendee?: string;
  readonly oneofIndex?: number;
  readonly jsonName?: string;
  readonly proto3Optional?: boolean;
  readonly options?: { readonly packed?: boolean; readonly features?: Features };
}
interface EnumRow {
  readonly name: string;
  readonly value: readonly { readonly name: string; readonly number: number }[];
}
interface ServiceRow {
  readonly name: string;
  readonly method: readonly {
    readonly name: string;
    readonly inputType: string;
    readonly outputType: string;
    readonly clientStreaming?: boolean;
    readonly serverStreaming?: boolean;
  }[];
}
interface Features {
  readonly fieldPresence?: string;
  readonly repeatedFieldEncoding?: string;
  readonly utf8Validation?: string;
  readonly messageEncoding?: string;
}

const PROTO2: Features = {
  fieldPresence: 'EXPLICIT',
  repeatedFieldEncoding: 'EXPANDED',
  utf8Validation: 'NONE',
  messageEncoding: 'LENGTH_PREFIXED',
};
const PROTO3: Features = {
  ...PROTO2,
  fieldPresence: 'IMPLICIT',
  repeatedFieldEncoding: 'PACKED',
  utf8Validation: 'VERIFY',
};
/** What holds for files with an edition, where they say nothing else. */
const EDITIONS: Features = { ...PROTO3, fieldPresence: 'EXPLICIT' };

/**
 * The services that a running plugin describes.
 * @param files each a `FileDescriptorProto` as it came, with all that it imports among the others
 */
export async function servicesOfDescriptors(files: readonly Uint8Array[]): Promise<Services> {
  const own = await commonMessages('google/protobuf/descriptor.proto');
  const type = own.get('google.protobuf.FileDescriptorProto');
  if (type === undefined) throw new Error('descriptor.proto has no files');
  return new DescriptorReader(files.map((file) => decodeMessage(type, file, own) as FileRow)).read();
}

class DescriptorReader {
  private readonly messages = new Map<string, MessageType>();
  private readonly entries = new Map<string, MessageRow>();
  private readonly enums = new Map<string, EnumType>();
  private readonly fills: (() => void)[] = [];
  private readonly extensions = new Map<string, { readonly field: FieldRow; readonly features: Features }[]>();

  constructor(private readonly files: readonly FileRow[]) {}

  read(): Services {
    for (const file of this.files) this.declare(file);
    for (const fill of this.fills) fill();
    const services = this.files.flatMap((file) => file.service.map((row) => this.service(scope(file.package), row)));
    return { services: new Map(services), messages: this.messages };
  }

  private declare(file: FileRow): void {
    const usual = file.syntax === 'proto3' ? PROTO3 : file.syntax === 'editions' ? EDITIONS : PROTO2;
    const features = { ...usual, ...file.options?.features };
    const prefix = scope(file.package);
    for (const row of file.enumType) this.declareEnum(prefix, row);
    for (const row of file.messageType) this.declareMessage(prefix, row, features);
    for (const field of file.extension) this.declareExtension(prefix, field, features);
  }

  private declareEnum(prefix: string, { name, value }: EnumRow): void {
    const numbers = new Map(value.map((one) => [one.name, one.number ?? 0]));
    const names = new Map([...numbers].reverse().map(([one, number]) => [number, one]));
    this.enums.set(`${prefix}${name}`, { fullName: `${prefix}${name}`, numbers, names });
  }

  private declareMessage(prefix: string, row: MessageRow, outer: Features): void {
    const name = `${prefix}${row.name}`;
    const features = { ...outer, ...row.options?.features };
    if (row.options?.mapEntry === true) {
      this.entries.set(name, row);
      return;
    }
    const made = new MessageType(name);
    this.messages.set(name, made);
    for (const one of row.enumType) this.declareEnum(`${name}.`, one);
    for (const one of row.nestedType) this.declareMessage(`${name}.`, one, features);
    for (const one of row.extension) this.declareExtension(`${name}.`, one, features);
    this.fills.push(() => {
      const extended = (this.extensions.get(name) ?? []).map((one) => this.field(one.field, [], one.features));
      made.fill([...row.field.map((field) => this.field(field, row.oneofDecl, features)), ...extended]);
    });
  }

  /** Extensions are named after where they are declared. */
  private declareExtension(prefix: string, field: FieldRow, features: Features): void {
    const name = `[${prefix}${field.name}]`;
    const owner = plain(field.extendee ?? '');
    const list = this.extensions.get(owner) ?? [];
    this.extensions.set(owner, [...list, { field: { ...field, name, jsonName: name }, features }]);
  }

  private field(row: FieldRow, oneofs: MessageRow['oneofDecl'], outer: Features): FieldType {
    const features = { ...outer, ...row.options?.features };
    const strictText = features.utf8Validation === 'VERIFY';
    const value = this.value(row, features);
    const repeated = row.label === 'LABEL_REPEATED';
    const entry = repeated ? this.entries.get(plain(row.typeName ?? '')) : undefined;
    const common = {
      name: row.name,
      jsonName: row.jsonName ?? jsonNameOf(row.name),
      number: row.number,
      strictText,
      packed: false,
      presence: presenceOf(row, value, features),
    };
    if (entry !== undefined) {
      const [keys, values] = [1, 2].map((number) => entry.field.find((one) => one.number === number));
      const key = SCALARS.find((one) => one === typeWord(keys?.type));
      if (key === undefined || values === undefined) throw new Error(`${row.typeName} is no pair of a map`);
      const type = this.value(values, features);
      const mapEntry = mapEntryOf(plain(row.typeName ?? ''), key, type, strictText);
      return { ...common, value: type, mapEntry, repeated: false };
    }
    const packs = row.options?.packed ?? features.repeatedFieldEncoding === 'PACKED';
    const oneof = row.proto3Optional === true ? undefined : oneofs[row.oneofIndex ?? -1]?.name;
    return {
      ...common,
      value,
      repeated,
      packed: repeated && packs && isNumber(value),
      ...(oneof === undefined ? {} : { oneof }),
    };
  }

  private value({ type, typeName = '' }: FieldRow, features: Features): ValueType {
    const word = typeWord(type);
    if (word === 'enum') return { kind: 'enum', type: known(this.enums, typeName) };
    if (word === 'message' || word === 'group') {
      const delimited = word === 'group' || features.messageEncoding === 'DELIMITED';
      // Pairs of maps are no messages of their own; what they are is seen where the field is read.
      const entry = this.entries.has(plain(typeName));
      return {
        kind: 'message',
        type: entry ? new MessageType(plain(typeName)) : known(this.messages, typeName),
        delimited,
      };
    }
    const scalar = SCALARS.find((one) => one === word);
    if (scalar === undefined) throw new Error(`there is no type ${word}`);
    return { kind: 'scalar', scalar };
  }

  private service(prefix: string, row: ServiceRow): [string, ReadonlyMap<string, MethodType>] {
    const service = `${prefix}${row.name}`;
    const methods = row.method.map((method) => ({
      name: `${service}/${method.name}`,
      comment: '',
      request: known(this.messages, method.inputType),
      answer: known(this.messages, method.outputType),
      requestStream: method.clientStreaming === true,
      answerStream: method.serverStreaming === true,
    }));
    return [service, new Map(methods.map((method) => [method.name, method]))];
  }
}

function presenceOf(row: FieldRow, value: ValueType, { fieldPresence }: Features): FieldType['presence'] {
  if (row.label === 'LABEL_REQUIRED' || fieldPresence === 'LEGACY_REQUIRED') return 'required';
  if (row.label === 'LABEL_REPEATED') return 'implicit';
  const told = value.kind === 'message' || row.oneofIndex !== undefined || row.proto3Optional === true;
  return told || fieldPresence === 'EXPLICIT' ? 'explicit' : 'implicit';
}

function isNumber(value: ValueType): boolean {
  return value.kind === 'enum' || (value.kind === 'scalar' && value.scalar !== 'string' && value.scalar !== 'bytes');
}

function known<Value>(table: ReadonlyMap<string, Value>, name: string): Value {
  const found = table.get(plain(name));
  if (found === undefined) throw new Error(`there is no ${plain(name)} in what it describes`);
  return found;
}

/** `TYPE_INT64` as files have it: `int64`. */
function typeWord(type: string | undefined): string {
  return (type ?? '').replace(/^TYPE_/, '').toLowerCase();
}

function plain(name: string): string {
  return name.replace(/^\./, '');
}

function scope(name: string | undefined): string {
  return name === undefined || name === '' ? '' : `${name}.`;
}
