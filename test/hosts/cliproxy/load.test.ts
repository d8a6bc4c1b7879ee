import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SessionFailure } from '../../../src/runtime/failure.js';
import { missingTools } from '../../testing/support/compile.js';
import { Bench } from './bench.js';

const missing = missingTools('cc');

/** What each defect makes the real host say; LIBRARY stands for the file's path. */
const REFUSED: readonly [name: string, source: string, message: string][] = [
  [
    'no entry',
    '#define ENTRY other_init\n',
    'missing cliproxy_plugin_init: LIBRARY: undefined symbol: cliproxy_plugin_init',
  ],
  ['an entry that refuses', '#define ON_INIT() return 7\n', 'cliproxy_plugin_init returned 7'],
  ['an older ABI', '#define ABI_VERSION 0\n', 'plugin ABI version 0 is not supported'],
  ['a newer ABI', '#define ABI_VERSION 2\n', 'plugin ABI version 2 is not supported'],
  [
    'no call',
    '#define FILL() plugin->abi_version = 1, plugin->free_buffer = free_buffer\n',
    'plugin function table is incomplete',
  ],
  [
    'no free_buffer',
    '#define FILL() plugin->abi_version = 1, plugin->call = call\n',
    'plugin function table is incomplete',
  ],
  ['nothing filled in', '#define FILL()\n', 'plugin ABI version 0 is not supported'],
];

describe.skipIf(missing !== undefined)(`loading a library${missing ? ` (${missing})` : ''}`, () => {
  const bench = new Bench();
  afterAll(() => bench.remove());

  async function refusal(library: string) {
    const failure = await bench.start(library).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SessionFailure);
    return (failure as SessionFailure).ending;
  }

  it.each(REFUSED)('with %s fails in the words of the host', async (_, source, message) => {
    const library = bench.compileText('refused', `${source}#include "plugin.h"\n`);
    expect(await refusal(library)).toMatchObject({ kind: 'refused', message: message.replace('LIBRARY', library) });
  });

  it('that misses a function fails in the words of the host and the loader', async () => {
    const library = bench.compileText(
      'unresolved',
      'int nowhere(void);\n#define ON_SHUTDOWN() nowhere()\n#include "plugin.h"\n',
    );
    const ending = await refusal(library);
    expect(ending).toMatchObject({ kind: 'refused', stage: 'load' });
    expect(ending.kind === 'refused' && ending.message).toMatch(
      `dlopen ${library}: ${library}: undefined symbol: nowhere`,
    );
  });

  it('that is none fails in the words of the host', async () => {
    const text = path.join(import.meta.dirname, 'load.test.ts');
    const ending = await refusal(text);
    expect(ending.kind === 'refused' && ending.message).toMatch(new RegExp(`^dlopen ${text}: `));
  });

  it.each([
    ['refuses', 'return 7'],
    ['speaks another ABI', 'plugin->abi_version = 3'],
    ['leaves its table half empty', 'plugin->call = 0'],
  ])('that %s shuts it down before it is given up', async (_, fault) => {
    const mark = path.join(bench.folder, `shut-down-${fault.length}`);
    const library = bench.compileText(
      'cleans-up',
      `#define ON_SHUTDOWN() fclose(fopen("${mark}", "w"))\n#define ON_INIT() ${fault}\n#include "plugin.h"\n`,
    );
    expect(await refusal(library)).toMatchObject({ kind: 'refused' });
    expect(readFileSync(mark, 'utf8')).toBe('');
  });

  it('without shutdown is fine', async () => {
    const opened = await bench.start(bench.compileText('no-shutdown', '#define SHUTDOWN 0\n#include "plugin.h"\n'));
    expect((await opened.plugin.register({})).registration).toMatchObject({ id: 'Plugin' });
    expect(await opened.plugin.close()).toEqual({ kind: 'clean' });
  });

  it('may ask the host while it is initialised, and without a slot for the answer', async () => {
    const source = `#define ON_INIT() ask_without_slot()
static void ask_without_slot(void);
#include "plugin.h"
static void ask_without_slot(void) {
  static const char log[] = "{\\"message\\":\\"in init\\"}";
  int code = host->call(host->host_ctx, "host.log", (const uint8_t *)log, sizeof log - 1, NULL);
  if (code != 0) abort();
}
`;
    const opened = await bench.start(bench.compileText('asks-in-init', source));
    expect(opened.events).toContainEqual({ kind: 'log', level: 'debug', message: 'in init' });
  });
});
