import { afterAll, expect, it } from 'vitest';
import { hashSources } from '../../src/build/sources.js';
import { untrackedHeaders } from '../../src/build/toolchains/go-headers.js';
import { freshFolder, removeFolders, write } from './projects.js';

afterAll(removeFolders);

const NOTHING = 'package p\n';

it.each<[string, Record<string, string>, readonly string[]]>([
  ['none where each package has its own', { 'main.go': NOTHING, 'abi/abi.go': NOTHING, 'abi/abi.h': '' }, []],
  ['those in no package', { 'main.go': NOTHING, 'own.h': '', 'include/abi.h': '' }, ['include/abi.h']],
  [
    'all where a package includes that of another',
    { 'main.go': '/*\n#include "abi/abi.h"\n*/\nimport "C"', 'own.h': '', 'abi/abi.go': NOTHING, 'abi/abi.h': '' },
    ['abi/abi.h', 'own.h'],
  ],
  [
    'all where C code does so',
    { 'main.go': NOTHING, 'x/x.go': NOTHING, 'x/x.c': '#include "../abi/abi.h"', 'abi/a.go': NOTHING, 'abi/abi.h': '' },
    ['abi/abi.h'],
  ],
  [
    'all where a package has other folders searched',
    { 'main.go': '// #cgo linux CFLAGS: -O2 -I./abi\nimport "C"', 'abi/abi.go': NOTHING, 'abi/abi.h': '' },
    ['abi/abi.h'],
  ],
  [
    'none for a header of the system in a folder',
    { 'main.go': '// #include <sys/types.h>\nimport "C"', 'abi/abi.go': NOTHING, 'abi/abi.h': '' },
    [],
  ],
])('the headers that go does not track are %s', (_title, files, expected) => {
  const root = freshFolder();
  for (const [file, text] of Object.entries(files)) write(root, file, text);
  expect(untrackedHeaders(root, hashSources(root)).map(([file]) => file)).toEqual(expected);
});
