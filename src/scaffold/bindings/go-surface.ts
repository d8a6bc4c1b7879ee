import { goBlock, goColumns, goComment, goField, goText } from './go-names.js';
import { type ContractIr, declarationOf, type Hook, type Method, type Name, type Type, type Variant } from './ir.js';
import { nameOf } from './names.js';

/** Names, payload types and registration functions of the hooks. */
export function goHooks(ir: ContractIr): string[] {
  if (ir.hooks.length === 0) return [];
  const names = ir.hooks.map((hook) => [`Hook${hook.name.pascal}`, `= ${goText(hook.name.wire)}`] as const);
  const aliases = ir.hooks.flatMap((hook) =>
    hook.aliases.map((alias) => [`${goText(alias)}:`, `${goText(hook.name.wire)},`] as const),
  );
  return [
    goBlock(['// Names of the hooks.', 'const (', ...goColumns(names), ')']),
    goBlock([
      '// hookAliases maps other spellings of a hook to the one that counts.',
      'var hookAliases = map[string]string{',
      ...goColumns(aliases),
      '}',
    ]),
    ...ir.hooks.map(hookFunction),
    payloads(ir),
  ];
}

/** Makes an empty payload by the name of its hook. */
function payloads(ir: ContractIr): string {
  const types = [...new Set(ir.hooks.map((hook) => hook.payload))];
  const hooksOf = (type: string) =>
    ir.hooks.filter((hook) => hook.payload === type).map(({ name }) => `Hook${name.pascal}`);
  return goBlock([
    '// newPayload makes an empty payload of a hook; nil when there is no such hook.',
    'func newPayload(hook string) Body {',
    '\tswitch hook {',
    ...types.flatMap((type) => [`\tcase ${hooksOf(type).join(', ')}:`, `\t\treturn new(${type})`]),
    '\t}',
    '\treturn nil',
    '}',
  ]);
}

function hookFunction(hook: Hook): string {
  const name = hook.name.pascal;
  return goBlock([
    `// ${name} is the payload of the hook ${goText(hook.name.wire)}.`,
    `type ${name} = ${hook.payload}`,
    '',
    `// On${name} registers the handler of the hook ${goText(hook.name.wire)}.`,
    `func On${name}(handler func(ctx *HookCall, payload *${name}) (Verdict, error)) {`,
    `\tonHook(Hook${name}, handler)`,
    '}',
  ]);
}

/**
 * Per event that a plugin can ask for and phase: the type of the event and a registration function.
 * They go by the types `LifecyclePhase`, `LifecycleEventKind` and `BuildEvent` of the contract.
 */
export function goEvents(ir: ContractIr): string[] {
  const [phases, kinds, events] = ['LifecyclePhase', 'LifecycleEventKind', 'BuildEvent'].map((name) =>
    ir.declarations.find((declaration) => declaration.name.pascal === name),
  );
  if (phases?.kind !== 'enum' || kinds?.kind !== 'enum' || events?.kind !== 'union') return [];
  return phases.values.flatMap((phase) =>
    kinds.values.map((kind) => {
      const variant = events.variants.find(({ tag }) => tag.wire === kind.wire);
      if (variant === undefined) throw new RangeError(`no event of the kind ${kind.wire}`);
      return eventFunction(phase, kind, variant);
    }),
  );
}

function eventFunction(phase: Name, kind: Name, variant: Variant): string {
  const name = `${phase.pascal}${kind.pascal}`;
  const wire = goText(`${phase.wire}_${kind.wire}`);
  return goBlock([
    `// ${name} is the event ${wire}.`,
    `type ${name} = ${variant.struct}`,
    '',
    `// On${name} registers the handler of the event ${wire}.`,
    `func On${name}(handler func(ctx *EventCall, event *${name}) (Reaction, error), options ...EventOption) {`,
    `\tpart := func(event *BuildEvent) *${name} { return event.${variant.tag.pascal} }`,
    `\tonEvent(LifecyclePhase${phase.pascal}, LifecycleEventKind${kind.pascal}, handler, part, options)`,
    '}',
  ]);
}

/**
 * One method of the host's client per callback: `host.kv.get` gives `KvGet`. The client is the
 * host itself, or one call's view of it where callbacks are tied to calls.
 */
export function goClient(ir: ContractIr): string[] {
  return ir.callbacks.map((callback) => clientMethod(ir, callback, ir.encoding === 'go-json' ? 'Client' : 'Host'));
}

function clientMethod(ir: ContractIr, callback: Method, client: string): string {
  const plain = nameOf(callback.name.wire.replace(/^host\./, ''));
  const name = client === 'Host' ? plain.pascal : goField(plain);
  const takes = isEmpty(ir, callback.request) ? '' : `request ${callback.request}`;
  const sends = takes === '' ? `&${callback.request}{}` : '&request';
  const call = `h.call(${goText(callback.name.wire)}, ${sends}, `;
  const comment = goComment(`${name} calls ${callback.name.wire}. ${callback.summary}`);
  if (isEmpty(ir, callback.result)) {
    return goBlock([
      comment,
      `func (h *${client}) ${name}(${takes}) error {`,
      `\treturn ${call}&${callback.result}{})`,
      '}',
    ]);
  }
  return goBlock([
    comment,
    `func (h *${client}) ${name}(${takes}) (*${callback.result}, error) {`,
    `\tresult := new(${callback.result})`,
    `\tif err := ${call}result); err != nil {`,
    '\t\treturn nil, err',
    '\t}',
    '\treturn result, nil',
    '}',
  ]);
}

function isEmpty(ir: ContractIr, name: string): boolean {
  const declaration = declarationOf(ir, name);
  return declaration.kind === 'struct' && declaration.fields.length === 0;
}

/** A valid payload per hook, as JSON text, for unit tests. */
export function goSamples(ir: ContractIr): string {
  const rows = ir.hooks.map(
    (hook) => [`${goText(hook.name.wire)}:`, `${goRaw(JSON.stringify(hook.sample))},`] as const,
  );
  return goBlock(['var samples = map[string]string{', ...goColumns(rows), '}']);
}

/** An event of each kind, as JSON text with what an event must have, for unit tests. */
export function goSampleEvents(ir: ContractIr): string[] {
  const events = ir.declarations.find((declaration) => declaration.name.pascal === 'BuildEvent');
  if (events?.kind !== 'union') return [];
  const rows = events.variants.map(
    ({ tag, struct }) =>
      [`${goText(tag.wire)}:`, `${goRaw(JSON.stringify(least(ir, { kind: 'ref', name: struct }, '')))},`] as const,
  );
  return [goBlock(['var sampleEvents = map[string]string{', ...goColumns(rows), '}'])];
}

/** A valid value of a type; texts say what field they are of. */
function least(ir: ContractIr, type: Type, field: string): unknown {
  switch (type.kind) {
    case 'string':
      return `${field.replace(/_id$/, '')}-1`;
    case 'const':
      return type.value;
    case 'bytes':
      return '';
    case 'bool':
      return false;
    case 'int':
    case 'float':
      return 0;
    case 'json':
      return null;
    case 'array':
      return [];
    case 'object':
    case 'map':
      return {};
    case 'ref': {
      const declaration = declarationOf(ir, type.name);
      if (declaration.kind === 'alias') return least(ir, declaration.type, field);
      if (declaration.kind === 'enum') return declaration.values[0]?.wire;
      if (declaration.kind === 'union')
        return least(ir, { kind: 'ref', name: declaration.variants[0]?.struct ?? '' }, field);
      const required = declaration.fields.filter((one) => one.required);
      return Object.fromEntries(required.map((one) => [one.name.wire, least(ir, one.type, one.name.wire)]));
    }
  }
}

/** JSON text is full of quotes, so it stands between backquotes where it has none itself. */
function goRaw(text: string): string {
  return text.includes('`') ? goText(text) : `\`${text}\``;
}
