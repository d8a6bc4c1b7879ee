import { comment, literal, memberName, resolve, typeWord } from './c-names.js';
import type { Capability, ContractIr, Field, Method } from './ir.js';
import { declarationOf } from './ir.js';

/** The flags of a registration, by the name that the contract gives their type. */
const FLAGS = 'Capabilities';

/** One capability as C sees it: a struct of settings, identifiers and handlers. */
interface Shape {
  readonly capability: Capability;
  /** Fields of the flags that belong to it: `executor_model_scope` of `executor`. */
  readonly settings: readonly Field[];
  readonly methods: readonly Method[];
}

/**
 * `cpex/capabilities.h`: a handler type for each method that belongs to a capability, and a struct of handlers for
 * each capability. For hosts that learn capabilities as flags; `CPEX_CAN_…` of identity.h says which are meant.
 */
export function capabilityHeader(ir: ContractIr): string[] {
  return [
    '/* What a plugin can be asked: a type for each handler, and the handlers of each capability together. */',
    '#ifndef CPEX_CAPABILITIES_H',
    '#define CPEX_CAPABILITIES_H',
    '',
    '#include "types.h"',
    '',
    ...shapes(ir).flatMap((shape) => structLines(ir, shape)),
    '/* The capabilities, as members of cpex_plugin. */',
    '#define CPEX_CAPABILITY_MEMBERS \\',
    shapes(ir)
      .map(({ capability: { name } }) => `  cpex_${name.snake} ${name.snake};`)
      .join(' \\\n'),
    '',
    '#endif',
  ];
}

/** `cpex/capabilities.c`: the methods that the host calls, what is declared, and whether the definition fits it. */
export function capabilitySource(ir: ContractIr): string[] {
  const all = shapes(ir);
  return [
    '#include "cpex_profile.h"',
    '#include "identity.h"',
    '',
    '/* A capability that the revision of the host in cpex.yaml does not have is not mentioned in identity.h. */',
    ...all.flatMap(({ capability: { name } }) => [
      `#if !defined(CPEX_CAN_${name.upper})`,
      `#define CPEX_CAN_${name.upper} 0`,
      '#endif',
    ]),
    '',
    ...all.flatMap(({ capability, methods }) => [
      `static bool has_${capability.name.snake}(void) { return CPEX_CAN_${capability.name.upper}; }`,
      '',
      ...methods.flatMap((method) => runnerLines(ir, capability, method)),
    ]),
    ...tableLines(ir, all),
    ...flagLines(ir, all),
    ...problemLines(ir, all),
  ];
}

/** A request of each method, for unit tests. */
export function methodSamples(ir: ContractIr): string[] {
  return ir.methods
    .filter((method) => method.capability !== undefined && !isConstant(ir, method))
    .map((method) => `#define CPEX_SAMPLE_${method.name.upper} ${literal(JSON.stringify(method.samples[0] ?? {}))}`);
}

function shapes(ir: ContractIr): Shape[] {
  const flags = declarationOf(ir, FLAGS);
  const fields = flags.kind === 'struct' ? flags.fields : [];
  const names = ir.capabilities.map(({ name }) => name.wire);
  const ownerOf = (field: string) =>
    names.filter((name) => field.startsWith(`${name}_`)).sort((a, b) => b.length - a.length)[0];
  return ir.capabilities.map((capability) => ({
    capability,
    settings: fields.filter(({ name: { wire } }) => !names.includes(wire) && ownerOf(wire) === capability.name.wire),
    methods: capability.methods.flatMap((wire) => ir.methods.filter(({ name }) => name.wire === wire)),
  }));
}

/** A method that is asked for a name alone is answered with a constant. */
function isConstant(ir: ContractIr, method: Method): boolean {
  const result = declarationOf(ir, method.result);
  const [only, ...more] = result.kind === 'struct' ? result.fields : [];
  return isEmpty(ir, method.request) && more.length === 0 && only?.type.kind === 'string';
}

function isEmpty(ir: ContractIr, name: string): boolean {
  const declaration = declarationOf(ir, name);
  return declaration.kind === 'struct' && declaration.fields.length === 0;
}

function word(ir: ContractIr, name: string): string {
  return typeWord(ir, { kind: 'ref', name });
}

/** `auth.login.start` of `auth_provider` is its member `login_start`. */
function memberOf(ir: ContractIr, method: Method): string {
  return memberName(ir, method.name.wire.split('.').slice(1).join('_'));
}

function settingOf(ir: ContractIr, capability: Capability, field: Field): string {
  return memberName(ir, field.name.snake.slice(capability.name.snake.length + 1));
}

function structLines(ir: ContractIr, { capability, settings, methods }: Shape): string[] {
  const handlers = methods.filter((method) => !isConstant(ir, method));
  const members = methods.map((method) =>
    isConstant(ir, method)
      ? `  const char *${memberOf(ir, method)};`
      : `  cpex_${method.name.snake}_handler *${memberOf(ir, method)};`,
  );
  const name = `cpex_${capability.name.snake}`;
  return [
    `/* ---- ${capability.name.wire} ---- */`,
    '',
    ...handlers.flatMap((method) => [comment(method.summary), `typedef void ${handlerHead(ir, method)};`, '']),
    comment(capability.summary),
    `typedef struct ${name} {`,
    ...settings.flatMap((field) => settingMember(ir, capability, field)),
    ...members,
    `} ${name};`,
    '',
  ];
}

function handlerHead(ir: ContractIr, method: Method): string {
  const parameters = ['cpex_call *call', `const cpex_${word(ir, method.request)} *request`];
  if (!isEmpty(ir, method.result)) parameters.push(`cpex_${word(ir, method.result)} *result`);
  return `cpex_${method.name.snake}_handler(${parameters.join(', ')})`;
}

function settingMember(ir: ContractIr, capability: Capability, field: Field): string[] {
  const member = settingOf(ir, capability, field);
  const note = field.description === '' ? [] : [`  ${comment(field.description)}`];
  switch (resolve(ir, field.type).kind) {
    case 'bool':
      return [...note, `  bool ${member};`];
    case 'array':
      return [...note, `  /* The last one is NULL. */`, `  const char *const *${member};`];
    default:
      return [...note, `  const char *${member};`];
  }
}

function runnerLines(ir: ContractIr, capability: Capability, method: Method): string[] {
  const handler = `cpex_plugin_definition.${capability.name.snake}.${memberOf(ir, method)}`;
  const head = `static const cpex_json *run_${method.name.snake}(cpex_call *call, const cpex_json *request) {`;
  const result = word(ir, method.result);
  const field = isConstant(ir, method) ? firstField(ir, method.result) : '';
  if (field !== '') {
    return [
      head,
      '  (void)request;',
      `  cpex_${result} result = {.${field} = cpex_text(${handler})};`,
      `  return cpex_${result}_json(cpex_memory(call), &result);`,
      '}',
      '',
    ];
  }
  const silent = isEmpty(ir, method.result);
  const running = (name: string) => (hasField(ir, method.request, name) ? `body.${name}` : 'cpex_text("")');
  return [
    head,
    '  cpex_reader reader = {cpex_memory(call), {NULL, 0}};',
    '  cpex_place root = cpex_place_root("request", request);',
    `  cpex_${word(ir, method.request)} body;`,
    ...(silent ? [] : [`  cpex_${result} result;`, '  memset(&result, 0, sizeof result);']),
    `  if (!cpex_read_${word(ir, method.request)}(&reader, &root, &body)) return cpex_invalid_request(call, reader.error);`,
    `  cpex_running running = {${running('host_callback_id')}, ${running('stream_id')}};`,
    '  call->profile = &running;',
    `  ${handler}(call, &body${silent ? '' : ', &result'});`,
    '  call->profile = NULL;',
    silent
      ? '  return cpex_call_failed(call) ? NULL : cpex_json_new_object(cpex_memory(call));'
      : `  return cpex_call_failed(call) ? NULL : cpex_${result}_json(cpex_memory(call), &result);`,
    '}',
    '',
  ];
}

function firstField(ir: ContractIr, name: string): string {
  const declaration = declarationOf(ir, name);
  const [first] = declaration.kind === 'struct' ? declaration.fields : [];
  return first === undefined ? '' : memberName(ir, first.name.snake);
}

function hasField(ir: ContractIr, name: string, field: string): boolean {
  const declaration = declarationOf(ir, name);
  return declaration.kind === 'struct' && declaration.fields.some((one) => one.name.wire === field);
}

/** The methods without a capability are the profile's own, by their names: `plugin.register` is `cpex_run_plugin_register`. */
function tableLines(ir: ContractIr, all: readonly Shape[]): string[] {
  const own = ir.methods.filter((method) => method.capability === undefined);
  return [
    'const cpex_method cpex_methods[] = {',
    ...own.map(({ name }) => `    {${literal(name.wire)}, cpex_run_${name.snake}, NULL, false},`),
    ...all.flatMap(({ capability, methods }) =>
      methods.map(({ name }) => `    {${literal(name.wire)}, run_${name.snake}, has_${capability.name.snake}, true},`),
    ),
    '    {NULL, NULL, NULL, false},',
    '};',
    '',
  ];
}

function flagLines(ir: ContractIr, all: readonly Shape[]): string[] {
  const value = (capability: Capability, field: Field) => {
    const member = `cpex_plugin_definition.${capability.name.snake}.${settingOf(ir, capability, field)}`;
    const { kind } = resolve(ir, field.type);
    if (kind === 'bool') return member;
    return kind === 'array' ? `cpex_texts(call, ${member})` : `cpex_text(${member})`;
  };
  return [
    'cpex_capabilities cpex_declared_capabilities(cpex_call *call) {',
    '  cpex_capabilities flags;',
    '  (void)call;',
    '  memset(&flags, 0, sizeof flags);',
    ...all.flatMap(({ capability, settings }) => [
      `  flags.${capability.name.snake} = has_${capability.name.snake}();`,
      ...settings.map((field) => `  flags.${memberName(ir, field.name.snake)} = ${value(capability, field)};`),
    ]),
    '  return flags;',
    '}',
    '',
  ];
}

/** A capability needs all its handlers and lists, and none of them may be there without it. */
function problemLines(ir: ContractIr, all: readonly Shape[]): string[] {
  return [
    'const char *cpex_definition_problem(void) {',
    '  const cpex_plugin *plugin = &cpex_plugin_definition;',
    ...all.flatMap(({ capability, settings, methods }) => {
      const { snake, wire } = capability.name;
      const lists = settings.filter((field) => resolve(ir, field.type).kind === 'array');
      const needed = [
        ...lists.map((field) => settingOf(ir, capability, field)),
        ...methods.map((method) => memberOf(ir, method)),
      ].map((member) => `${snake}.${member}`);
      return [
        ...needed.map(
          (member) =>
            `  if (has_${snake}() && plugin->${member} == NULL) return ${literal(`the plugin's definition lacks .${member}`)};`,
        ),
        `  if (!has_${snake}() && (${needed.map((member) => `plugin->${member} != NULL`).join(' || ')})) {`,
        `    return ${literal(`the plugin's definition has .${snake}, but cpex.yaml does not name the capability ${wire}`)};`,
        '  }',
      ];
    }),
    '  return NULL;',
    '}',
  ];
}
