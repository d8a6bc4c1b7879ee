import protobuf from 'protobufjs';
import {
  type EnumType,
  type FieldType,
  jsonNameOf,
  MessageType,
  type MethodType,
  mapEntryOf,
  SCALARS,
  type Scalar,
  type Services,
  type ValueType,
} from './model.js';

/** The services and messages of a root, whose references are all resolved. */
export function servicesOfRoot(root: protobuf.Root): Services {
  return new RootReader().read(root);
}

/** The definitions of one of Google's own files, by its name; undefined for any other. */
export async function commonFile(name: string): Promise<protobuf.INamespace | undefined> {
  // It teaches protobufjs those that it does not know by itself.
  await import('@grpc/proto-loader');
  return protobuf.common.get(name) ?? undefined;
}

/** The messages of one of Google's own files. */
export async function commonMessages(name: string): Promise<ReadonlyMap<string, MessageType>> {
  const root = new protobuf.Root();
  root.addJSON((await commonFile(name))?.nested ?? {});
  root.resolveAll();
  return servicesOfRoot(root).messages;
}

class RootReader {
  private readonly messages = new Map<string, MessageType>();
  private readonly enums = new Map<protobuf.Enum, EnumType>();
  private readonly services = new Map<string, ReadonlyMap<string, MethodType>>();

  read(root: protobuf.Root): Services {
    this.walk(root, (one) => {
      if (one instanceof protobuf.Type) this.messages.set(nameOf(one), new MessageType(nameOf(one)));
    });
    this.walk(root, (one) => {
      if (one instanceof protobuf.Type) this.messageOf(one).fill(one.fieldsArray.map((field) => this.field(field)));
      if (one instanceof protobuf.Service) this.services.set(nameOf(one), this.methods(one));
    });
    return { services: this.services, messages: this.messages };
  }

  private walk(namespace: protobuf.NamespaceBase, visit: (one: protobuf.ReflectionObject) => void): void {
    for (const one of namespace.nestedArray) {
      visit(one);
      if (one instanceof protobuf.Namespace) this.walk(one, visit);
    }
  }

  private methods(service: protobuf.Service): ReadonlyMap<string, MethodType> {
    const methods = service.methodsArray.map((method) => {
      method.resolve();
      const { name, comment, requestStream, responseStream, resolvedRequestType, resolvedResponseType } = method;
      if (resolvedRequestType === null || resolvedResponseType === null) throw new Error(`no such type: ${name}`);
      return {
        name: `${nameOf(service)}/${name}`,
        comment: comment ?? '',
        request: this.messageOf(resolvedRequestType),
        answer: this.messageOf(resolvedResponseType),
        requestStream: requestStream === true,
        answerStream: responseStream === true,
      };
    });
    return new Map(methods.map((method) => [method.name, method]));
  }

  private field(field: protobuf.Field): FieldType {
    const resolved = field.resolve();
    const value = this.value(resolved);
    // The library knows these members, and its types do not.
    const facts = resolved as unknown as { hasPresence: boolean; _features: { utf8_validation?: string } };
    const strictText = facts._features.utf8_validation !== 'NONE';
    const one = !resolved.repeated && !(resolved instanceof protobuf.MapField);
    const told = facts.hasPresence || (one && value.kind === 'message');
    const oneof = resolved.partOf;
    const real = oneof !== null && resolved.getOption('proto3_optional') !== true;
    return {
      name: plainName(resolved.name),
      jsonName: String(resolved.getOption('json_name') ?? jsonNameOf(plainName(resolved.name))),
      number: resolved.id,
      value,
      ...(resolved instanceof protobuf.MapField
        ? { mapEntry: mapEntryOf(resolved.fullName, resolved.keyType as Scalar, value, strictText) }
        : {}),
      repeated: resolved.repeated,
      packed: resolved.repeated && resolved.packed && this.isNumber(value),
      presence: resolved.required ? 'required' : told ? 'explicit' : 'implicit',
      ...(real ? { oneof: oneof.name } : {}),
      strictText,
    };
  }

  /** Texts, bytes and messages are never in one block, whatever the file says of all fields. */
  private isNumber(value: ValueType): boolean {
    return value.kind === 'enum' || (value.kind === 'scalar' && value.scalar !== 'string' && value.scalar !== 'bytes');
  }

  private value(field: protobuf.Field): ValueType {
    const { resolvedType, type } = field;
    if (resolvedType instanceof protobuf.Enum) return { kind: 'enum', type: this.enumOf(resolvedType) };
    if (resolvedType !== null) {
      const delimited =
        (field as unknown as { delimited: boolean }).delimited || (resolvedType as { group?: boolean }).group === true;
      return { kind: 'message', type: this.messageOf(resolvedType), delimited };
    }
    const scalar = SCALARS.find((one) => one === type);
    if (scalar === undefined) throw new Error(`no such type: ${type}`);
    return { kind: 'scalar', scalar };
  }

  private messageOf(type: protobuf.Type): MessageType {
    const found = this.messages.get(nameOf(type));
    if (found === undefined) throw new Error(`no such type: ${nameOf(type)}`);
    return found;
  }

  private enumOf(type: protobuf.Enum): EnumType {
    const known = this.enums.get(type);
    if (known !== undefined) return known;
    const numbers = new Map(Object.entries(type.values));
    // With several names for one number the first one counts.
    const names = new Map([...numbers].reverse().map(([name, number]) => [number, name]));
    const made = { fullName: nameOf(type), numbers, names };
    this.enums.set(type, made);
    return made;
  }
}

function nameOf({ fullName }: protobuf.ReflectionObject): string {
  return fullName.replace(/^\./, '');
}

/** Extensions are named after where they are declared. */
function plainName(name: string): string {
  return name.startsWith('.') ? `[${name.slice(1)}]` : name;
}
