import { goName, goParameter } from '../../project/identity-capabilities.js';
import { goFields, goJsonType } from './go-json-types.js';
import { goBlock, goColumns, goComment, goMember, goText } from './go-names.js';
import { type Capability, type ContractIr, declarationOf, type Field, type Method, type Struct } from './ir.js';
import { nameOf } from './names.js';

/** A capability with what Go needs to know about it. */
interface Handler {
  readonly capability: Capability;
  /** Name of the interface: `ManagementAPI`. */
  readonly type: string;
  /** Name of the field that holds the author's value. */
  readonly field: string;
  readonly methods: readonly Method[];
  /** What the plugin registers about the capability besides that it has it. */
  readonly declares: readonly Field[];
}

/** An interface per capability, the struct that holds what the author gave for each, and the table of methods. */
export function goJsonCapabilities(ir: ContractIr): string[] {
  const handlers = ir.capabilities.map((capability) => handlerOf(ir, capability));
  return [
    ...handlers.flatMap((handler) => [declaration(handler), handlerInterface(ir, handler)]),
    holder(handlers),
    registered(handlers),
    table(ir, handlers),
  ].filter((text) => text !== '');
}

function handlerOf(ir: ContractIr, capability: Capability): Handler {
  const type = goName(capability.name.wire);
  return {
    capability,
    type,
    field: goParameter(type),
    methods: ir.methods.filter((method) => capability.methods.includes(method.name.wire)),
    declares: declaredFields(ir, capability.name.wire),
  };
}

/** `executor_input_formats` belongs to `executor`, unless it is a capability itself. */
function declaredFields(ir: ContractIr, capability: string): Field[] {
  const { fields } = structOf(ir, 'Capabilities');
  const names = new Set(ir.capabilities.map(({ name }) => name.wire));
  return fields.filter(({ name }) => name.wire.startsWith(`${capability}_`) && !names.has(name.wire));
}

/** `ExecutorDeclaration` with the field `InputFormats`. */
function declaration({ capability, type, declares }: Handler): string {
  if (declares.length === 0) return '';
  const fields = declares.map((field) => ({
    comment: field.description,
    name: declaredName(capability, field),
    type: goJsonType(field.type),
    tag: '',
  }));
  return goBlock([
    `// ${type}Declaration is what the plugin registers about ${capability.name.wire}.`,
    `type ${type}Declaration struct {`,
    ...goFields(fields),
    '}',
  ]);
}

function declaredName(capability: Capability, field: Field): string {
  return goMember(nameOf(field.name.wire.slice(capability.name.wire.length + 1)));
}

function handlerInterface(ir: ContractIr, handler: Handler): string {
  const { capability, type, declares } = handler;
  const summary = `${capability.summary.charAt(0).toLowerCase()}${capability.summary.slice(1)}`;
  const since = capability.schemaVersion > 1 ? ` Hosts have it since schema version ${capability.schemaVersion}.` : '';
  return goBlock([
    `// ${type} is the capability ${capability.name.wire}: ${summary}${since}`,
    '// The host calls it from several threads at the same time.',
    `type ${type} interface {`,
    ...(declares.length === 0
      ? []
      : [`\t// Declare says what the plugin registers about it.`, `\tDeclare() ${type}Declaration`, '']),
    handler.methods
      .map(
        (method) =>
          `${goComment(`${methodName(method)} answers ${method.name.wire}. ${method.summary}`, '\t')}\n\t${signature(ir, method)}`,
      )
      .join('\n\n'),
    '}',
  ]);
}

/** `auth.login.start` gives `LoginStart`: the capability says the rest. */
function methodName(method: Method): string {
  return goMember(nameOf(method.name.wire.slice(method.name.wire.indexOf('.') + 1)));
}

function signature(ir: ContractIr, method: Method): string {
  const name = methodName(method);
  const constant = constantResult(ir, method);
  if (constant !== undefined) return `${name}() ${goJsonType(constant.type)}`;
  const takes = [`ctx *Call`, ...(isEmpty(ir, method.request) ? [] : [`request *${method.request}`])].join(', ');
  return `${name}(${takes}) ${isEmpty(ir, method.result) ? 'error' : `(${method.result}, error)`}`;
}

/** A method that takes nothing and has one thing to say does not depend on the call. */
function constantResult(ir: ContractIr, method: Method): Field | undefined {
  const { fields } = structOf(ir, method.result);
  return isEmpty(ir, method.request) && fields.length === 1 ? fields[0] : undefined;
}

function holder(handlers: readonly Handler[]): string {
  const width = Math.max(...handlers.map(({ field }) => field.length));
  return goBlock([
    '// handlers is what the author gave to Serve; nil for what cpex.yaml does not name.',
    'type handlers struct {',
    ...handlers.map(({ field, type }) => `\t${field.padEnd(width)} ${type}`),
    '}',
    '',
    '// has tells for each capability whether there is a handler.',
    'func (h *handlers) has() map[string]bool {',
    '\treturn map[string]bool{',
    ...goColumns(
      handlers.map(({ capability, field }) => [`${goText(capability.name.wire)}:`, `h.${field} != nil,`] as const),
    ).map((line) => `\t${line}`),
    '\t}',
    '}',
  ]);
}

/** The flags of a registration, from the handlers that are there. */
function registered(handlers: readonly Handler[]): string {
  const declaring = handlers.filter(({ declares }) => declares.length > 0);
  return goBlock([
    '// capabilities is what the plugin registers.',
    'func (h *handlers) capabilities() Capabilities {',
    '\tregistered := Capabilities{',
    ...goColumns(
      handlers.map(({ capability, field }) => [`${goMember(capability.name)}:`, `h.${field} != nil,`] as const),
    ).map((line) => `\t${line}`),
    '\t}',
    ...declaring.flatMap(({ capability, field, declares }) => [
      `\tif h.${field} != nil {`,
      `\t\tdeclared := h.${field}.Declare()`,
      ...declares.map((one) => `\t\tregistered.${goMember(one.name)} = declared.${declaredName(capability, one)}`),
      '\t}',
    ]),
    '\treturn registered',
    '}',
  ]);
}

function table(ir: ContractIr, handlers: readonly Handler[]): string {
  const entries = handlers.flatMap(({ field, methods }) =>
    methods.map((method) => [
      `\t${goText(method.name.wire)}: {`,
      `\t\tavailable: func() bool { return served.${field} != nil },`,
      `\t\trun: func(p *Plugin, body []byte) (writable, error) {`,
      `\t\t\treturn ${answer(ir, method, `served.${field}.${methodName(method)}`)}`,
      '\t\t},',
      '\t},',
    ]),
  );
  return goBlock([
    '// methods holds what the host may call.',
    'var methods = map[string]method{',
    '\t"plugin.register":    {early: true, run: (*Plugin).register},',
    '\t"plugin.reconfigure": {early: true, run: (*Plugin).register},',
    ...entries.flat(),
    '}',
  ]);
}

function answer(ir: ContractIr, method: Method, handler: string): string {
  const constant = constantResult(ir, method);
  if (constant !== undefined) return `${method.result}{${goMember(constant.name)}: ${handler}()}, nil`;
  if (isEmpty(ir, method.request)) {
    const result = isEmpty(ir, method.result) ? 'error' : `(${method.result}, error)`;
    const plain = `func(ctx *Call, _ *${method.request}) ${result} { return ${handler}(ctx) }`;
    return `${isEmpty(ir, method.result) ? 'hear' : 'answer'}(p, body, ${plain})`;
  }
  return isEmpty(ir, method.result) ? `hear(p, body, ${handler})` : `answer(p, body, ${handler})`;
}

function structOf(ir: ContractIr, name: string): Struct {
  const found = declarationOf(ir, name);
  if (found.kind !== 'struct') throw new RangeError(`${name} is not an object`);
  return found;
}

function isEmpty(ir: ContractIr, name: string): boolean {
  return structOf(ir, name).fields.length === 0;
}
