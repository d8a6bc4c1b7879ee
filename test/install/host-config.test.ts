import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withEntry } from '../../src/install/host-config/edit.js';
import type { InstallOptions } from '../../src/install/service.js';
import { compilePlugin } from './support/c-plugin.js';
import { fakeEngine } from './support/fake-engine.js';
import { type Workplace, workplace } from './support/workplace.js';

/** As people keep it: comments everywhere, lists that are not indented, quotes, long lines. */
const REAL = `# Server port
port: 8317

# Management API settings
remote-management:
  allow-remote: false # only from here
  # All management requests must carry this key.
  secret-key: "a:b#c"

auth-dir: '~/.cli-proxy-api'
api-keys:
- "your-api-key-1"   # first
- 'your-api-key-2'

# Plugins
plugins:
  enabled: true # switch
  dir: plugins
  configs:
    # the older one
    first:
      enabled: false
      greeting: |
        Hello
          there
    # settings of the second
    second: {enabled: true, priority: 3}

oauth-excluded-models:
  gemini:
  - "gemini-2.5-*"

very-long: aaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccccccccc dddddddddddddddddddddd
number: 0x1F
date: 2026-01-02
# the end
`;

/** Lines that were added, and those that were removed. */
function difference(before: string, after: string): { added: string[]; removed: string[] } {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return { added: fresh.filter((line) => !old.includes(line)), removed: old.filter((line) => !fresh.includes(line)) };
}

const edit = (text: string, id = 'sample', store?: Record<string, unknown>) =>
  withEntry(text, id, store === undefined ? { enabled: true } : { enabled: true, store }, 'config.yaml');

describe('the text of a configuration', () => {
  it('gets the entry and keeps all the rest as it stands', () => {
    const after = edit(REAL);
    const { added, removed } = difference(REAL, after);
    expect(added).toEqual(['    sample:', '      enabled: true']);
    expect(removed).toEqual([]);
    expect(after).toContain('    second: {enabled: true, priority: 3}\n    sample:\n      enabled: true\n');
  });

  it('keeps what an entry says already, with its comments', () => {
    const text = REAL.replace('enabled: false', 'enabled: false # not yet');
    const after = edit(text, 'first', { id: 'first', version: '1.0.0' });
    expect(after).toContain(
      '    first:\n      enabled: true # not yet\n      greeting: |\n        Hello\n          there\n      store:\n        id: first\n        version: 1.0.0\n',
    );
    expect(difference(text, after).removed).toEqual(['      enabled: false # not yet']);
    expect(after.length).toBe(text.length - 1 + '      store:\n        id: first\n        version: 1.0.0\n'.length);
  });

  it('replaces what the store said before', () => {
    const text =
      'plugins:\n  configs:\n    sample:\n      store:\n        version: 1.0.0\n        extra: 1\n      mine: 2\n';
    expect(edit(text, 'sample', { version: '2.0.0' })).toBe(
      'plugins:\n  configs:\n    sample:\n      store:\n        version: 2.0.0\n      mine: 2\n      enabled: true\n',
    );
  });

  it('is the same when there is nothing to say', () => {
    const text = 'plugins: {configs: {"sample": {enabled: true,   x: 1}}}';
    expect(edit(text)).toBe(text);
  });

  it.each([
    ['nothing', '', 'plugins:\n  configs:\n    sample:\n      enabled: true\n'],
    ['comments alone', '# mine\n', '# mine\n\nplugins:\n  configs:\n    sample:\n      enabled: true\n'],
    ['no line end', 'port: 1', 'port: 1\nplugins:\n  configs:\n    sample:\n      enabled: true\n'],
    ['no plugins', 'port: 1\n', 'port: 1\nplugins:\n  configs:\n    sample:\n      enabled: true\n'],
    ['empty plugins', 'plugins: # none\nport: 1\n', undefined],
    [
      'empty configs',
      'plugins:\n    enabled: true\n    configs:\n',
      'plugins:\n    enabled: true\n    configs:\n        sample:\n            enabled: true\n',
    ],
    ['a flow map', 'plugins: {configs: {}}\n', undefined],
    ['an anchor', 'a: &x {b: 1}\nc: *x\nplugins:\n  configs:\n    z: *x\n', undefined],
    ['merge keys', 'a: &x {b: 1}\nplugins:\n  configs:\n    z:\n      <<: *x\n', undefined],
  ])('that holds %s gets it', async (_name, text, expected) => {
    const after = edit(text);
    if (expected !== undefined) expect(after).toBe(expected);
    const { parse } = await import('yaml');
    const [before, now] = [parse(text) ?? {}, parse(after)];
    expect(now.plugins.configs.sample).toEqual({ enabled: true });
    delete now.plugins.configs.sample;
    for (const [key, value] of Object.entries(before)) if (key !== 'plugins') expect(now[key]).toEqual(value);
    for (const line of text.split('\n')) if (line.includes('#')) expect(after).toContain(line.slice(line.indexOf('#')));
  });

  it('keeps the line ends of Windows', () => {
    const text = 'port: 1\r\n# two\r\nplugins:\r\n  enabled: true\r\n';
    const after = edit(text);
    expect(after).toBe(`${text}  configs:\r\n    sample:\r\n      enabled: true\r\n`);
  });

  it('takes an id that YAML reads as a number for a text', () => {
    const text = 'plugins:\n  configs:\n    123:\n      x: 1\n';
    expect(edit(text, '123')).toBe('plugins:\n  configs:\n    123:\n      x: 1\n      enabled: true\n');
  });

  it.each([
    ['a list', '- a\n', 'what holds "plugins" is no mapping'],
    ['a text for plugins', 'plugins: yes\n', '"plugins" is no mapping'],
    ['an alias for configs', 'x: &x {a: {enabled: true}}\nplugins:\n  configs: *x\n', '"configs" is no mapping'],
    ['broken YAML', 'plugins: [\n', 'Flow sequence'],
    ['a key twice', 'plugins: {}\nplugins: {}\n', 'Map keys must be unique'],
  ])('that holds %s is left alone', (_name, text, why) => {
    expect(() => edit(text)).toThrowError(
      expect.objectContaining({
        code: 'CPEX_E_INSTALL_HOST_CONFIG',
        evidence: ['config.yaml', expect.stringContaining(why)],
      }),
    );
  });
});

const cache = workplace('host-config-libraries');
let library = '';
beforeAll(() => {
  library = compilePlugin(cache.root, 'sample', { host: 'cliproxy', version: '1.2.3' });
});
afterAll(() => cache.remove());

let at: Workplace;
beforeEach(() => {
  at = workplace('host-config');
});
afterEach(() => at.remove());

const file = () => path.join(at.root, 'config.yaml');
const install = (options: Partial<InstallOptions> = {}) =>
  at.install(library, { host: 'cliproxy', hostConfig: 'config.yaml', ...options }, { engine: fakeEngine });
const config = (text: string) => writeFileSync(file(), text);

describe('the file of a host', () => {
  it('is changed at once, keeps its mode, and lies beside what it was before', async () => {
    config(REAL);
    chmodSync(file(), 0o600);
    const { hostConfig, notes } = await install();
    const backup = `${file()}.cpex-backup`;
    expect(hostConfig).toMatchObject({ action: 'written', file: file(), backup });
    expect(readFileSync(backup, 'utf8')).toBe(REAL);
    expect(readFileSync(file(), 'utf8')).toBe(edit(REAL));
    expect([file(), backup].map((one) => statSync(one).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(notes).toEqual([]);
    expect((await install()).hostConfig).toMatchObject({ action: 'unchanged' });
    expect(readFileSync(backup, 'utf8')).toBe(REAL);
  });

  it('is changed where a link leads, and the link stays', async () => {
    mkdirSync(path.join(at.root, 'real'));
    writeFileSync(path.join(at.root, 'real', 'c.yaml'), REAL);
    symlinkSync(path.join('real', 'c.yaml'), file());
    await install();
    expect(lstatSync(file()).isSymbolicLink()).toBe(true);
    expect(readFileSync(path.join(at.root, 'real', 'c.yaml'), 'utf8')).toBe(edit(REAL));
    expect(existsSync(path.join(at.root, 'real', 'c.yaml.cpex-backup'))).toBe(true);
  });

  it('is not changed by a dry run', async () => {
    config(REAL);
    const { hostConfig } = await install({ dryRun: true });
    expect(hostConfig).toMatchObject({ action: 'planned', entry: expect.stringContaining('sample:') });
    expect(readFileSync(file(), 'utf8')).toBe(REAL);
    expect(existsSync(at.plugins)).toBe(false);
  });

  it.each([
    ['is not there', undefined, 'CPEX_E_HOST_CONFIG'],
    ['is no YAML', 'plugins: [\n', 'CPEX_E_HOST_CONFIG'],
    ['says nonsense', 'plugins:\n  enabled: maybe\n', 'CPEX_E_HOST_CONFIG'],
    ['shares its entries', 'x: &x {a: {enabled: true}}\nplugins:\n  configs: *x\n', 'CPEX_E_INSTALL_HOST_CONFIG'],
  ])('that %s keeps everything from being done', async (_name, text, code) => {
    if (text !== undefined) config(text);
    await expect(install()).rejects.toMatchObject({ code });
    expect(existsSync(at.plugins)).toBe(false);
    if (text !== undefined) expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('that cannot be written is said to be without its entry, which is told', async () => {
    config(REAL);
    mkdirSync(path.join(`${file()}.cpex-backup`, 'mine'), { recursive: true });
    await expect(install()).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_HOST_CONFIG',
      message: 'The plugin is in its place, but its entry could not be written.',
      evidence: expect.arrayContaining(['    sample:', '      enabled: true']),
    });
    expect(readFileSync(file(), 'utf8')).toBe(REAL);
    expect(existsSync(path.join(at.plugins, 'linux', 'amd64', 'sample-v1.2.3.so'))).toBe(true);
  });

  it('is none of the other host', async () => {
    config(REAL);
    const other = compilePlugin(at.root, 'other', { id: 'other' });
    const options = { host: 'cpex', hostConfig: 'config.yaml' };
    await expect(at.install(other, options, { engine: fakeEngine })).rejects.toMatchObject({ code: 'CPEX_E_USAGE' });
    expect((await at.install(other, { host: 'cpex' }, { engine: fakeEngine })).hostConfig).toBeUndefined();
  });
});

describe('what keeps the host from loading the new file is said', () => {
  it.each([
    ['plugins:\n  enabled: false\n', 'plugins.enabled is not true in FILE: the host loads no plugins at all.'],
    ['port: 1\n', 'plugins.enabled is not true in FILE: the host loads no plugins at all.'],
    [
      'plugins:\n  enabled: true\n  configs:\n    sample:\n      store: {version: v1.0.0}\n',
      'plugins.configs.sample.store pins version 1.0.0 in FILE: the host passes over version 1.2.3.',
    ],
    [
      'plugins:\n  enabled: true\n  configs:\n    sample:\n      store: {release-tag: 1.1.0}\n',
      'plugins.configs.sample.store pins version 1.1.0 in FILE: the host passes over version 1.2.3.',
    ],
    [
      'plugins:\n  enabled: true\n  dir: elsewhere\n',
      'plugins.dir of FILE is ROOT/elsewhere: the host does not look in ROOT/plugins.',
    ],
  ])('%j', async (text, warning) => {
    config(text);
    const expected = warning.replaceAll('FILE', file()).replaceAll('ROOT', at.root);
    expect((await install({ dryRun: true })).notes).toEqual([expected]);
    expect((await install()).notes).toEqual([expected]);
  });

  it.each([
    'plugins:\n  enabled: true\n  configs:\n    sample:\n      store: {version: v1.2.3}\n',
    'plugins:\n  enabled: true\n  dir: ./plugins/\n',
    'plugins:\n  enabled: true\n',
  ])('and nothing else: %j', async (text) => {
    config(text);
    expect((await install()).notes).toEqual([]);
  });

  it('a pin means nothing to a revision without versions', async () => {
    config('plugins:\n  enabled: true\n  configs:\n    sample:\n      store: {version: 1.0.0}\n');
    expect((await install({ host: 'cliproxy@v7.2.28' })).notes).toEqual([]);
  });

  it('a relative folder may be meant from where the host is started', async () => {
    mkdirSync(path.join(at.root, 'etc'));
    writeFileSync(path.join(at.root, 'etc', 'config.yaml'), 'plugins:\n  enabled: true\n  dir: plugins\n');
    expect((await install({ hostConfig: 'etc/config.yaml' })).notes).toEqual([]);
  });
});
