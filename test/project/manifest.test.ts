import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/project/read-manifest.js';
import { isCpexError } from '../../src/support/errors.js';

const GOOD = `manifest: 1
id: my-plugin
version: "0.1.0"
author: Ada
language: c
host: cpex
capabilities:
  - hook:tool_pre_invoke
`;

function problemsOf(text: string): readonly string[] {
  try {
    parseManifest(text, 'cpex.yaml');
  } catch (error) {
    if (isCpexError(error)) return [error.code, ...error.evidence];
    throw error;
  }
  return [];
}

const replaced = (from: string, to: string) => GOOD.replace(from, to);

describe('parseManifest', () => {
  it('says in plain words that a quote is left open', () => {
    expect(problemsOf('id: "p\n')).toContainEqual(
      expect.stringMatching(/^cpex\.yaml:\d+:\d+ expected a closing quote/),
    );
  });

  it('reads a good manifest', () => {
    expect(parseManifest(GOOD, 'cpex.yaml')).toEqual({
      manifest: 1,
      id: 'my-plugin',
      version: '0.1.0',
      author: 'Ada',
      language: 'c',
      host: 'cpex',
      capabilities: ['hook:tool_pre_invoke'],
    });
  });

  it('reads comments, a BOM, quotes and every optional key', () => {
    const text = `\uFEFF# a comment\n${GOOD}name: "My Plugin"
description: Does things
license: MIT
repository: https://example.org/x
targets: [linux-x64, linux/arm64]
glibc: "2.28"
config_schema: { type: object }
test:
  cases: cases
  config: { a: 1 }
  level: 2
  skip: { env.utf8: "known" }
`;
    expect(parseManifest(text, 'cpex.yaml')).toMatchObject({ name: 'My Plugin', glibc: '2.28', test: { level: 2 } });
  });

  it.each([
    ['an unknown key', replaced('author: Ada', 'auther: Ada'), 'cpex.yaml:4:1 auther: expected one of '],
    ['an unknown key, with a proposal', replaced('author: Ada', 'auther: Ada'), 'Did you mean "author"?'],
    ['a missing key', replaced('author: Ada\n', ''), 'cpex.yaml:1:1 expected the key "author", found none.'],
    [
      'a number for a version',
      replaced('"0.1.0"', '1.0'),
      'cpex.yaml:3:10 version: expected a semantic version such as "1.2.3" in quotes, found 1.',
    ],
    [
      'a bad version',
      replaced('"0.1.0"', '"1.0"'),
      'version: expected a semantic version such as "1.2.3", found "1.0".',
    ],
    [
      'a language',
      replaced('language: c', 'language: rsut'),
      'cpex.yaml:5:11 language: expected one of c, go, rust, found "rsut". Did you mean "rust"?',
    ],
    [
      'an unknown host',
      replaced('host: cpex', 'host: cpx'),
      'cpex.yaml:6:7 host: expected one of cpex, cliproxy, go-plugin, console, tau, found "cpx", which is not a host that cpex knows. Did you mean "cpex"?',
    ],
    [
      'a hook',
      replaced('tool_pre_invoke', 'tool_pre_invok'),
      'cpex.yaml:8:5 capabilities.0: expected a hook of this host, found "hook:tool_pre_invok". Did you mean "tool_pre_invoke"?',
    ],
    [
      'a capability word',
      replaced('hook:tool', 'hok:tool'),
      'expected one of hook:HOOK, command:VERB, step:RUNNER, lifecycle:EVENT, found "hok:tool_pre_invoke". Did you mean "hook"?',
    ],
    [
      'a capability without its argument',
      replaced('hook:tool_pre_invoke', 'hook'),
      'expected hook:HOOK, found "hook".',
    ],
    ['a bad verb', replaced('hook:tool_pre_invoke', 'command:Greet'), 'expected command:VERB with VERB matching'],
    [
      'an entry twice',
      `${GOOD}  - hook:tool_pre_invoke\n`,
      'cpex.yaml:9:5 capabilities.1: expected entries that differ, found entry 1 again.',
    ],
    [
      'a target',
      `${GOOD}targets: [linux-x65]\n`,
      'cpex.yaml:9:11 targets.0: expected a target, found "linux-x65". Did you mean linux-x64?',
    ],
    [
      'a number for glibc',
      `${GOOD}glibc: 2.30\n`,
      'cpex.yaml:9:8 glibc: expected a glibc version such as "2.28" in quotes, found 2.3.',
    ],
    [
      'an unknown key deep down',
      `${GOOD}test:\n  cses: x\n`,
      'cpex.yaml:10:3 test.cses: expected one of cases, config, level, skip, found the key "cses". Did you mean "cases"?',
    ],
    [
      'a control character',
      replaced('author: Ada', 'author: "A\\0da"'),
      'expected one line of text without control characters',
    ],
    [
      'half a surrogate pair',
      replaced('author: Ada', 'author: "\\ud800"'),
      'expected one line of text without control characters',
    ],
    ['an id', replaced('my-plugin', '-x'), 'cpex.yaml:2:5 id: expected 1 to 128 letters'],
    ['an empty author', replaced('Ada', '""'), 'author: expected text that is not empty, found "".'],
    ['a list for a map', '- a\n', 'cpex.yaml:1:1 expected a map of keys'],
    ['an empty file', '', 'cpex.yaml:1:1 expected a map of keys, found an empty file.'],
    ['a key twice', `${GOOD}id: other\n`, 'cpex.yaml:9:1 expected each key once, found it again.'],
    ['a tab', `${GOOD}test:\n\tcases: x\n`, 'cpex.yaml:10:1 expected spaces, found a tab.'],
    ['an open quote', replaced('"0.1.0"', '"0.1.0'), 'cpex.yaml:'],
    ['two documents', `${GOOD}---\na: 1\n`, 'expected one document, found another'],
  ])('names the place of %s', (_, text, message) => {
    const [code, ...problems] = problemsOf(text);
    expect(code).toBe('CPEX_E_MANIFEST');
    expect(problems.join('\n')).toContain(message);
  });

  it('lists all problems at once, in the order of the file', () => {
    const text = GOOD.replace('my-plugin', '-x').replace('"0.1.0"', 'x').replace('language: c', 'language: d');
    expect(problemsOf(text).map((line) => line.split(' ', 1)[0])).toEqual([
      'CPEX_E_MANIFEST',
      'cpex.yaml:2:5',
      'cpex.yaml:3:10',
      'cpex.yaml:5:11',
    ]);
  });

  it('refuses a later format before anything else', () => {
    expect(problemsOf('manifest: 2\nnew_key: x\n')[0]).toBe('CPEX_E_MANIFEST_NEWER');
  });

  it('does not expand aliases without end', () => {
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`),
    ];
    expect(problemsOf(`${GOOD}test:\n  config:\n${bomb.map((line) => `    ${line}\n`).join('')}`)[0]).toBe(
      'CPEX_E_MANIFEST',
    );
  });
});
