import { capabilityHeader, capabilitySource, methodSamples } from './c-capabilities.js';
import { needsCodec, readFunction, readHead, writeFunction, writeHead } from './c-codec.js';
import { lifecycleLines } from './c-lifecycle.js';
import { checkNames, comment, literal, reachable, typeWord } from './c-names.js';
import { emitTypes } from './c-types.js';
import type { ContractIr, Hook, Method, Type } from './ir.js';
import { declarationOf } from './ir.js';
import { parseContract } from './parse.js';
import { type ContractSource, GENERATED_NOTICE, type GeneratedFile } from './source.js';

/**
 * The C bindings of a contract: `cpex/types.h` and `cpex/types.c` with structs, readers, writers,
 * callbacks and hooks, and `cpex/samples.h` with valid bodies for unit tests. Where capabilities are
 * flags (`go-json`), also `cpex/capabilities.h` and `cpex/capabilities.c` with the handlers of each.
 */
export function emitCBindings(source: ContractSource): GeneratedFile[] {
  const ir = parseContract(source);
  checkNames(ir);
  const files = [
    { path: 'cpex/types.h', content: file(headerLines(ir)) },
    { path: 'cpex/types.c', content: file(sourceLines(ir)) },
    { path: 'cpex/samples.h', content: file(sampleLines(ir)) },
  ];
  if (ir.encoding === 'json') return files;
  return [
    ...files,
    { path: 'cpex/capabilities.h', content: file(capabilityHeader(ir)) },
    { path: 'cpex/capabilities.c', content: file(capabilitySource(ir)) },
  ];
}

/** Encodings beyond plain JSON that this emitter can do. */
export const encodings = ['go-json'];

function file(lines: readonly string[]): string {
  return `${[`/* ${GENERATED_NOTICE} */`, ...lines].join('\n').trimEnd()}\n`;
}

/** Names of the types that the plugin reads (`in`) and writes (`out`) as a whole. */
function roots(ir: ContractIr): { in: string[]; out: string[] } {
  const payloads = ir.hooks.map((hook) => hook.payload);
  const hasResult = ir.callbacks.filter((callback) => !isEmpty(ir, callback.result));
  const hasRequest = ir.callbacks.filter((callback) => !isEmpty(ir, callback.request));
  return {
    in: unique([...ir.methods.map((one) => one.request), ...payloads, ...hasResult.map((one) => one.result)]),
    out: unique([...ir.methods.map((one) => one.result), ...payloads, ...hasRequest.map((one) => one.request)]),
  };
}

function headerLines(ir: ContractIr): string[] {
  const { in: read, out: written } = roots(ir);
  const ref = (name: string): Type => ({ kind: 'ref', name });
  return [
    `/* The types of the host profile ${ir.profile}, schema version ${ir.schemaVersion}. */`,
    '#ifndef CPEX_TYPES_H',
    '#define CPEX_TYPES_H',
    '',
    '#include "cpex_call.h"',
    ir.encoding === 'json' ? '#include "cpex_codec.h"' : '#include "cpex_go.h"',
    '',
    `#define CPEX_SCHEMA_VERSION ${ir.schemaVersion}u`,
    '',
    ...emitTypes(ir, reachable(ir, unique([...read, ...written]))),
    '/* ---- reading: false, and an error in the reader, when the JSON is not such a value ---- */',
    '',
    ...read.map((name) => `${readHead(ir, ref(name))};`),
    '',
    '/* ---- writing: NULL, or a failure of the arena, when a required value is missing ---- */',
    '',
    ...written.map((name) => `${writeHead(ir, ref(name))};`),
    '',
    '/* ---- the host: false when it could not or would not; see cpex_host_error_message ---- */',
    '',
    ...ir.callbacks.flatMap((callback) => [comment(callback.summary), `${callbackHead(ir, callback)};`, '']),
    ...(ir.hooks.length === 0 ? [] : hookHeaderLines(ir)),
    ...lifecycleLines(ir),
    '#endif',
  ];
}

function sourceLines(ir: ContractIr): string[] {
  const { in: read, out: written } = roots(ir);
  const readTypes = reachable(ir, read).filter(needsCodec);
  const writtenTypes = reachable(ir, written).filter(needsCodec);
  const isRoot = (type: Type, names: readonly string[]) => type.kind === 'ref' && names.includes(type.name);
  return [
    '#include "types.h"',
    '',
    ir.encoding === 'json' ? '#include "cpex_core.h"' : '#include "cpex_profile.h"',
    '',
    ...readTypes.filter((type) => !isRoot(type, read)).map((type) => `static ${readHead(ir, type)};`),
    ...writtenTypes.filter((type) => !isRoot(type, written)).map((type) => `static ${writeHead(ir, type)};`),
    '',
    ...readTypes.flatMap((type) => own(readFunction(ir, type), !isRoot(type, read))),
    ...writtenTypes.flatMap((type) => own(writeFunction(ir, type), !isRoot(type, written))),
    ...ir.callbacks.flatMap((callback) => callbackLines(ir, callback)),
    ...ir.hooks.flatMap((hook) => hookRunner(ir, hook)),
  ];
}

function own([head = '', ...rest]: string[], isStatic: boolean): string[] {
  return [isStatic ? `static ${head}` : head, ...rest];
}

function callbackHead(ir: ContractIr, callback: Method): string {
  const parameters = ['cpex_call *call'];
  if (!isEmpty(ir, callback.request)) parameters.push(`const cpex_${word(ir, callback.request)} *request`);
  if (!isEmpty(ir, callback.result)) parameters.push(`cpex_${word(ir, callback.result)} *result`);
  return `bool cpex_${callback.name.snake}(${parameters.join(', ')})`;
}

function callbackLines(ir: ContractIr, callback: Method): string[] {
  const filled = filledFields(ir, callback);
  const request = isEmpty(ir, callback.request)
    ? 'cpex_json_new_object(cpex_memory(call))'
    : `cpex_${word(ir, callback.request)}_json(cpex_memory(call), ${filled.length > 0 ? '&filled' : 'request'})`;
  const lines = [
    `${callbackHead(ir, callback)} {`,
    // Who does not look at the outcome then finds nothing, rather than anything.
    ...(ir.encoding === 'json' || isEmpty(ir, callback.result) ? [] : ['  memset(result, 0, sizeof *result);']),
    ...(filled.length > 0 ? [`  cpex_${word(ir, callback.request)} filled = *request;`] : []),
    ...filled.map(([member, value]) => `  if (filled.${member}.len == 0) filled.${member} = ${value};`),
    `  const cpex_json *body = ${request};`,
  ];
  if (isEmpty(ir, callback.result)) {
    lines.push(`  return cpex_host_call(call, ${literal(callback.name.wire)}, body, NULL);`);
  } else {
    const read = `cpex_read_${word(ir, callback.result)}(&reader, &root, result)`;
    lines.push(
      '  const cpex_json *reply;',
      `  if (!cpex_host_call(call, ${literal(callback.name.wire)}, body, &reply)) return false;`,
      '  cpex_reader reader = {cpex_memory(call), {NULL, 0}};',
      '  cpex_place root = cpex_place_root("result", reply);',
      ...(ir.encoding === 'json' ? [`  bool read = ${read} && cpex_read_done(&reader, &root);`] : []),
      `  return ${ir.encoding === 'json' ? 'read' : read} || cpex_host_bad_reply(call, reader.error);`,
    );
  }
  return [...lines, '}', ''];
}

/** Fields of a callback's request that are taken from the call which makes it, unless they are set. */
function filledFields(ir: ContractIr, callback: Method): [string, string][] {
  const declaration = declarationOf(ir, callback.request);
  if (ir.encoding === 'json' || declaration.kind !== 'struct') return [];
  return declaration.fields.flatMap(({ name }): [string, string][] => {
    if (name.wire === 'host_callback_id') return [[name.snake, 'cpex_callback_id(call)']];
    const isOwn = name.wire === 'stream_id' && callback.name.wire.startsWith('host.stream.');
    return isOwn ? [[name.snake, 'cpex_stream_id(call)']] : [];
  });
}

function hookHeaderLines(ir: ContractIr): string[] {
  return [
    '/* ---- hooks ---- */',
    '',
    '/* The answer to a hook. All zeros denies. */',
    `typedef cpex_${verdictWord(ir)} cpex_verdict;`,
    '',
    'typedef struct cpex_hook cpex_hook;',
    '',
    ...ir.hooks.flatMap((hook) => {
      const payload = `cpex_${hook.name.snake}_payload`;
      const shared = `cpex_${word(ir, hook.payload)}`;
      return [
        `#define CPEX_HOOK_${hook.name.upper} ${literal(hook.name.wire)}`,
        ...(payload === shared ? [] : [`typedef ${shared} ${payload};`]),
        `typedef cpex_verdict cpex_${hook.name.snake}_handler(cpex_call *call, const ${payload} *payload);`,
        ...(payload === shared
          ? []
          : [
              `static inline cpex_json *${payload}_json(cpex_arena *arena, const ${payload} *value) {`,
              `  return ${shared}_json(arena, value);`,
              '}',
            ]),
        `${runnerHead(hook)};`,
        '',
      ];
    }),
    '/* One hook that the plugin answers; made by the macros below. */',
    'struct cpex_hook {',
    '  const char *name;',
    '  /* Other spellings; the last one is NULL. May be NULL itself. */',
    '  const char *const *aliases;',
    '  bool (*run)(const cpex_hook *hook, cpex_call *call, cpex_reader *reader, const cpex_place *at,',
    '              cpex_verdict *verdict);',
    '  union {',
    ...ir.hooks.map((hook) => `    cpex_${hook.name.snake}_handler *${hook.name.snake};`),
    '  } handler;',
    '};',
    '',
    "/* Entries of a plugin's table of hooks, each with a handler of the type above. */",
    ...ir.hooks.map((hook) => {
      const aliases = hook.aliases.map((alias) => `${literal(alias)}, `).join('');
      const list = aliases === '' ? '' : `.aliases = (const char *const[]){${aliases}NULL}, `;
      const { upper, snake } = hook.name;
      return `#define CPEX_ON_${upper}(function) {.name = CPEX_HOOK_${upper}, ${list}.run = cpex_run_${snake}, .handler = {.${snake} = (function)}}`;
    }),
    '',
  ];
}

function runnerHead(hook: Hook): string {
  return `bool cpex_run_${hook.name.snake}(const cpex_hook *hook, cpex_call *call, cpex_reader *reader, const cpex_place *at, cpex_verdict *verdict)`;
}

function hookRunner(ir: ContractIr, hook: Hook): string[] {
  return [
    `${runnerHead(hook)} {`,
    `  cpex_${hook.name.snake}_payload payload;`,
    `  if (!cpex_read_${word(ir, hook.payload)}(reader, at, &payload) || !cpex_read_done(reader, at)) return false;`,
    `  *verdict = hook->handler.${hook.name.snake}(call, &payload);`,
    '  return true;',
    '}',
    '',
  ];
}

function sampleLines(ir: ContractIr): string[] {
  return [
    ir.encoding === 'json'
      ? '/* A valid payload of each hook, for unit tests. */'
      : '/* A request of each method, for unit tests. */',
    '#ifndef CPEX_SAMPLES_H',
    '#define CPEX_SAMPLES_H',
    '',
    ...ir.hooks.map((hook) => `#define CPEX_SAMPLE_${hook.name.upper} ${literal(JSON.stringify(hook.sample))}`),
    ...(ir.encoding === 'json' ? [] : methodSamples(ir)),
    '',
    '#endif',
  ];
}

function verdictWord(ir: ContractIr): string {
  const method = ir.methods.find((one) => one.name.wire === 'hook.invoke');
  if (method === undefined) throw new RangeError('a contract with hooks needs the method hook.invoke');
  return word(ir, method.result);
}

function isEmpty(ir: ContractIr, name: string): boolean {
  const declaration = declarationOf(ir, name);
  return declaration.kind === 'struct' && declaration.fields.length === 0;
}

function word(ir: ContractIr, name: string): string {
  return typeWord(ir, { kind: 'ref', name });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
