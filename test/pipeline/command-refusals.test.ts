import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cli } from '../testing/support/cli.js';

const cli = new Cli();
const config = path.join(cli.folder, 'config.yaml');
writeFileSync(config, 'plugins: {enabled: true}\n');
afterAll(() => cli.remove());

describe('cpex run with several plugins, misspelt', () => {
  it.each([
    [['request', '-d', '[]'], 2, /the request has to be an object/],
    [['request', '-d', '{}'], 2, /"model" is missing/],
    [['request', '-d', '{"modle":"m"}'], 2, /no member "modle".*Did you mean "model"/],
    [['request', '-d', '{"model":1}'], 2, /"model" has to be a text/],
    [['request', '-d', '{"model":"m","stream":"yes"}'], 2, /"stream" has to be true or false/],
    [['request', '-d', '{"model":"m","headers":{"a":1}}'], 2, /"headers" has to map names to texts/],
    [['request', '-d', '{"model":"m","upstream":{}}'], 2, /"upstream.provider" is missing/],
    [
      ['request', '-d', '{"model":"m","upstream":{"provider":"p","status":"ok"}}'],
      2,
      /"upstream.status" has to be a whole number/,
    ],
    [['request', '-d', '{"http":{"url":"u"}}'], 2, /"provider" is missing/],
    [['request', '-d', '{"http":{},"provider":"p"}'], 2, /"http.url" is missing/],
    [['request', 'now'], 2, /word too many: now/],
    [['models', 'now'], 2, /word too many: now/],
    [['models', '-d', '{}'], 2, /"models" takes no data/],
    [['login'], 2, /provider to log in to is missing/],
    [['login', 'acme', '-d', '{"poll_ms":"x"}'], 2, /"poll_ms" has to be a number of milliseconds/],
    [['plugin.register'], 2, /Several plugins take one of the words request, models/],
    [['--record', 'x.yaml', 'models'], 2, /--record needs a call of one plugin/],
    [['--host', 'cpex', 'models'], 2, /The word models is for the host cliproxy, and the host is cpex/],
    [['--host', 'cliproxy@v0', 'models'], 2, /no revision "v0"/],
  ] as [string[], number, RegExp][])('refuses %j', async (args, code, message) => {
    const result = await cli.run(['run', '--host-config', config, ...args]);
    expect(result).toEqual(expect.objectContaining({ code, stdout: '', stderr: expect.stringMatching(message) }));
  });

  it('says what is wrong with the configuration', async () => {
    const file = path.join(cli.folder, 'bad.yaml');
    writeFileSync(file, 'plugins: []\n');
    for (const bad of [file, path.join(cli.folder, 'missing.yaml')]) {
      const { code, stderr } = await cli.run(['run', '--host-config', bad, 'models']);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('CPEX_E_HOST_CONFIG') });
    }
  });
});
