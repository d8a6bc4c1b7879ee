import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../../src/audit/report.js';
import { mendBytes, mendDylib } from '../../../src/build/compilers/mend-dylib.js';
import { TARGETS } from '../../../src/project/targets/table.js';
import { llvm } from '../../tools/llvm.js';
import { ZIG } from '../../tools/zig.js';
import { BUILD_MS, titled } from '../foreign-library.js';
import { freshFolder, removeFolders, write } from '../projects.js';

afterAll(removeFolders);

/** A function that is both called and kept as a pointer is where zig loses count. */
const SOURCE = `#include <stdlib.h>
#include <string.h>
#define E __attribute__((visibility("default")))
E void (*const volatile kept)(void *) = free;
E int cpex_plugin_init(void *host, void *plugin) {
  char *copy = strdup(host == plugin ? "same" : "other");
  void (*volatile last)(void *) = free;
  int length = copy == NULL ? -1 : (int)strlen(copy);
  if (length > 3) free(copy); else last(copy);
  return length;
}
`;

const lack = ZIG === undefined ? 'no zig' : undefined;
describe.skipIf(lack !== undefined).each(['x64', 'arm64'] as const)(
  titled('a library for macOS on %s', lack),
  (arch) => {
    let linked: Buffer;
    let file: string;
    beforeAll(() => {
      const folder = freshFolder();
      write(folder, 'plugin.c', SOURCE);
      file = path.join(folder, 'plugin.dylib');
      const triple = arch === 'x64' ? 'x86_64-macos.11.0' : 'aarch64-macos.11.0';
      const words = [
        'cc',
        '-target',
        triple,
        '-O1',
        '-shared',
        '-fvisibility=hidden',
        '-Wl,-S,-x',
        '-o',
        file,
        'plugin.c',
      ];
      const { status, stderr } = spawnSync(ZIG ?? 'zig', words, { cwd: folder, encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      linked = readFileSync(file);
    }, BUILD_MS);

    const mended = (bytes: Buffer): Buffer => {
      const copy = Buffer.from(bytes);
      mendBytes(copy);
      return copy;
    };

    it('gets its lazy pointers listed as its stubs are, and is left alone the second time', async ({ skip }) => {
      expect(await mendDylib(file)).toBe(true);
      expect(await mendDylib(file)).toBe(false);
      const said = llvm('otool', '-I', file);
      if (said === undefined) return skip('no llvm-otool');
      const lists = new Map<string, string[]>();
      let section = '';
      for (const line of said.split('\n')) {
        section = /^Indirect symbols for \(\w+,(\w+)\)/.exec(line)?.[1] ?? section;
        const [, index] = /^0x\S+ +(\S+)/.exec(line) ?? [];
        if (index !== undefined) lists.set(section, [...(lists.get(section) ?? []), index]);
      }
      expect(lists.get('__stubs')?.length).toBeGreaterThan(1);
      expect(lists.get('__la_symbol_ptr')).toEqual(lists.get('__stubs'));
    });

    it('keeps a signature that fits', async () => {
      writeFileSync(file, mended(linked));
      const { facts } = await auditFile(file, {
        kind: 'library',
        target: TARGETS[`darwin-${arch}`],
        entry: 'cpex_plugin_init',
      });
      expect(facts.macho).toMatchObject({ signature: arch === 'arm64' ? 'adhoc' : 'none', signatureProblems: [] });
      expect(facts.macho?.uuid).toBeDefined();
    });

    it('no longer depends on what the linker left in memory', () => {
      const good = mended(linked);
      const changed = Buffer.from(linked);
      // The entries of the lazy pointers are the last of the table, in front of the names.
      const differs = [...good.keys()].filter((at) => good[at] !== linked[at]);
      for (const at of differs) changed[at] = (changed[at] ?? 0) ^ 0x55;
      expect(differs.length).toBeGreaterThan(0);
      expect(mended(changed).equals(good)).toBe(true);
    });

    it('is never read outside its bytes, whatever its headers say', () => {
      const head = 4096;
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(head - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }),
          fc.nat(linked.length),
          (pokes, length) => {
            const bytes = Buffer.from(linked.subarray(0, length));
            for (const [at, value] of pokes) if (at < bytes.length) bytes[at] = value;
            const size = bytes.length;
            mendBytes(bytes);
            expect(bytes.length).toBe(size);
          },
        ),
        { numRuns: 200 },
      );
    });
  },
);

describe('what is no library of zig for macOS', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['an ELF file', readFileSync(process.execPath).subarray(0, 4096)],
    ['a header alone', Buffer.from('cffaedfe0c00000100000000', 'hex')],
  ])('%s stays as it is', (_what, bytes) => {
    const copy = Buffer.from(bytes);
    expect(mendBytes(copy)).toBe(false);
    expect(copy.equals(bytes)).toBe(true);
  });
});
