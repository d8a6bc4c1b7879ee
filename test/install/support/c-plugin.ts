import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface CPluginOptions {
  /** Host that it is for; `cpex` when absent. */
  readonly host?: 'cpex' | 'cliproxy';
  readonly id?: string;
  readonly version?: string;
  readonly author?: string;
  /** Schema version that it announces. */
  readonly schema?: number;
  /** For cliproxy. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
  /** C at file scope: constructors and helpers. */
  readonly extra?: string;
  /** C that runs at the start of init. */
  readonly init?: string;
  /** C that runs at the start of each call; `response` is the slot. */
  readonly call?: string;
  /** C that runs in shutdown. */
  readonly shutdown?: string;
  readonly abi?: number;
  readonly entry?: string;
  /** For the compiler, after the source: libraries and options. */
  readonly flags?: readonly string[];
}

/** Compiles a plugin that registers and can do nothing else. Returns its path. */
export function compilePlugin(folder: string, name: string, options: CPluginOptions = {}): string {
  mkdirSync(folder, { recursive: true });
  const source = path.join(folder, `${name}.c`);
  const library = path.join(folder, `${name}.so`);
  writeFileSync(source, sourceOf(options));
  const flags = ['-shared', '-fPIC', '-O1', '-fvisibility=hidden', '-o', library, source];
  execFileSync('cc', [...flags, ...(options.flags ?? [])]);
  return library;
}

const REGISTRATIONS = {
  cpex: ({ id = 'sample', version = '1.0.0' }: CPluginOptions) => ({
    schema_version: 1,
    metadata: { id, name: 'Sample', version, author: 'A. Author' },
    capabilities: {},
  }),
  cliproxy: ({ id = 'sample', version = '1.0.0', author = 'A. Author', schema = 1, capabilities }: CPluginOptions) => ({
    schema_version: schema,
    metadata: { Name: id, Version: version, Author: author, GitHubRepository: 'https://github.com/acme/sample' },
    capabilities: capabilities ?? { usage_plugin: true },
  }),
};

/** C source of such a plugin. */
export function sourceOf(options: CPluginOptions): string {
  const registration = JSON.stringify({ ok: true, result: REGISTRATIONS[options.host ?? 'cpex'](options) });
  const entry = options.entry ?? `${options.host ?? 'cpex'}_plugin_init`;
  return `
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
typedef struct { void *ptr; size_t len; } buffer;
typedef struct { uint32_t abi; void *ctx; int (*call)(void *, const char *, const uint8_t *, size_t, buffer *); void (*free_buffer)(void *, size_t); } host_api;
typedef struct { uint32_t abi; int (*call)(const char *, const uint8_t *, size_t, buffer *); void (*free_buffer)(void *, size_t); void (*shutdown)(void); } plugin_api;
${options.extra ?? ''}
static const char registration[] = ${JSON.stringify(registration)};
static int reply(buffer *response, const char *text) {
  response->len = strlen(text);
  response->ptr = malloc(response->len);
  if (response->ptr == NULL) return 1;
  memcpy(response->ptr, text, response->len);
  return 0;
}
static int call(const char *method, const uint8_t *request, size_t length, buffer *response) {
  (void)method; (void)request; (void)length;
  ${options.call ?? ''}
  if (strcmp(method, "plugin.register") == 0) return reply(response, registration);
  return reply(response, "{\\"ok\\":false,\\"error\\":{\\"code\\":\\"unknown_method\\",\\"message\\":\\"unknown\\"}}");
}
static void release(void *pointer, size_t length) { (void)length; free(pointer); }
static void end(void) { ${options.shutdown ?? ''} }
__attribute__((visibility("default"))) int ${entry}(const host_api *host, plugin_api *plugin) {
  (void)host;
  ${options.init ?? ''}
  plugin->abi = ${options.abi ?? 1};
  plugin->call = call;
  plugin->free_buffer = release;
  plugin->shutdown = end;
  return 0;
}
`;
}
