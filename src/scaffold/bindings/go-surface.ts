import { goBlock, goColumns, goComment, goField, goText } from './go-names.js';
import { type ContractIr, declarationOf, type Hook, type Method } from './ir.js';
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
  ];
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

/** JSON text is full of quotes, so it stands between backquotes where it has none itself. */
function goRaw(text: string): string {
  return text.includes('`') ? goText(text) : `\`${text}\``;
}
