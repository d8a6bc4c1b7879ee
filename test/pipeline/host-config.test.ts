import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cliproxyRevision } from '../../src/hosts/cliproxy/revision.js';
import { readHostConfig } from '../../src/pipeline/cliproxy/host-config.js';
import type { CpexError } from '../../src/support/errors.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string, revision = 'v7.2.140') {
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, text);
  return readHostConfig(file, cliproxyRevision(revision));
}

describe("the host's configuration file", () => {
  it('has plugins off and in "plugins" unless it says otherwise', async () => {
    const config = await read('port: 8317\n');
    expect(config).toMatchObject({ enabled: false, folder: path.join(folder, 'plugins') });
    expect(config.plugins.size).toBe(0);
    expect((await read('')).enabled).toBe(false);
    expect((await read('plugins: {dir: "~/p"}')).folder).toBe(path.join(homedir(), 'p'));
    expect((await read('plugins: {dir: "~/p"}', 'v7.2.28')).folder).toBe(path.join(folder, '~/p'));
  });

  it('keeps the subtree of a plugin in order, with its rank and its pin', async () => {
    const config = await read(
      'plugins:\n  enabled: true\n  configs:\n    b: {zeta: 1, enabled: true, priority: -3, alpha: [x]}\n    a: {store: {version: v1.2.0}}\n    c: {store: {release-tag: v3}}\n    d:\n',
    );
    const b = config.plugins.get('b');
    expect(b).toMatchObject({ enabled: true, priority: -3 });
    expect(Object.keys(b?.subtree ?? {})).toEqual(['zeta', 'enabled', 'priority', 'alpha']);
    expect(config.plugins.get('a')).toMatchObject({ enabled: false, priority: 0, pin: '1.2.0' });
    expect(config.plugins.get('c')?.pin).toBe('3');
    expect(config.plugins.get('d')).toEqual({ enabled: false, priority: 0, subtree: {} });
  });

  it('sums up what plugins are told', async () => {
    const { summary } = await read(
      'auth-dir: auths\nproxy-url: " http://p "\nforce-model-prefix: true\noauth-model-alias:\n  Demo: [{name: m, alias: n}, {name: "", alias: x}]\noauth-excluded-models: {DEMO: [a]}\n',
    );
    expect(summary).toEqual({
      AuthDir: path.join(folder, 'auths'),
      ProxyURL: 'http://p',
      ForceModelPrefix: true,
      OAuthModelAlias: { demo: [{ Name: 'm', Alias: 'n' }] },
      ExcludedModels: { demo: ['a'] },
    });
  });

  it.each([
    ['plugins: [a]', /plugins is no mapping/],
    ['plugins: {enabled: sure}', /plugins.enabled is neither true nor false/],
    ['plugins: {configs: {a: {priority: high}}}', /plugins.configs.a.priority is no integer/],
    ['plugins: {dir: 3}', /plugins.dir is no text/],
    ['plugins: {a: 1, a: 2}', /is not YAML that the host can read/],
    ['oauth-excluded-models: {a: b}', /oauth-excluded-models.a is no list/],
  ])('refuses %s', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'CPEX_E_HOST_CONFIG',
      message: expect.stringMatching(message),
    });
    await expect(read(text)).rejects.toSatisfy((error: CpexError) =>
      [error.message, ...error.evidence].join('\n').includes(path.join(folder, 'config.yaml')),
    );
  });

  it('says when there is no file', async () => {
    await expect(readHostConfig(path.join(folder, 'none.yaml'), cliproxyRevision('v7.2.140'))).rejects.toMatchObject({
      code: 'CPEX_E_HOST_CONFIG',
    });
  });
});
