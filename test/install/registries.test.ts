import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fetcher } from '../../src/install/net/download.js';
import type { InstallOptions, InstallSeams } from '../../src/install/service.js';
import { compilePlugin } from './support/c-plugin.js';
import { fakeEngine } from './support/fake-engine.js';
import { type HttpsServer, hasOpenssl, httpsServer } from './support/https-server.js';
import { rawZip } from './support/raw-zip.js';
import { type Workplace, workplace } from './support/workplace.js';

const home = workplace('registries');
// The tables of cases need it, too.
const library = readFileSync(compilePlugin(home.root, 'sample', { host: 'cliproxy', version: '1.2.3' }));
const zip = rawZip([{ name: 'sample.so', bytes: library }]);
afterAll(() => home.remove());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const NAME = 'sample_1.2.3_linux_amd64.zip';
const ABOUT = { id: 'sample', name: 'Sample', description: 'Shows it.', author: 'A. Author' };

let at: Workplace;
beforeEach(() => {
  at = workplace('registry');
});
afterEach(() => at.remove());

const install = (registry: string, options: Partial<InstallOptions> = {}, seams: InstallSeams = {}) =>
  at.install('sample', { registry, ...options }, { engine: fakeEngine, ...seams });
const artefact = (url: string, more = {}) => ({
  goos: 'linux',
  goarch: 'amd64',
  url,
  sha256: sha256(zip),
  size: zip.length,
  ...more,
});
const direct = (artifacts: unknown[], more = {}) => ({
  ...ABOUT,
  version: '1.2.3',
  install: { type: 'direct', artifacts },
  ...more,
});
const registry = (schema: unknown, ...plugins: unknown[]) => JSON.stringify({ schema_version: schema, plugins });

/** A registry in a file, with its archive beside it. */
function local(text: string): string {
  const file = path.join(at.root, 'registry.json');
  writeFileSync(file, text);
  return file;
}
const localUrl = () => {
  const file = path.join(at.root, NAME);
  writeFileSync(file, zip);
  return pathToFileURL(file).href;
};

describe('a registry in a file', () => {
  it.each([
    ['a path', (file: string) => file],
    ['a file URL', (file: string) => pathToFileURL(file).href],
  ])('named by %s gives its direct artifact', async (_name, named) => {
    const result = await install(named(local(registry(2, direct([artefact(localUrl())])))));
    expect(result).toMatchObject({
      outcome: 'installed',
      file: path.join(at.plugins, 'linux', 'amd64', 'sample-v1.2.3.so'),
      plugin: { id: 'sample', version: '1.2.3', host: 'cliproxy@v7.2.140', source: localUrl() },
      hostConfig: { action: 'shown', entry: 'plugins:\n  configs:\n    sample:\n      enabled: true\n' },
    });
  });

  it.each([
    ['macOS', 'X86_64'],
    ['osx', 'aarch64'],
    ['Linux', 'x64'],
    [' linux ', 'AMD64'],
  ])('may call the platform %s/%s', async (goos, goarch) => {
    const others = [
      artefact(localUrl(), { goos: 'windows' }),
      artefact(localUrl(), { goos: 'linux', goarch: 'arm64' }),
    ];
    const file = local(registry(2, direct([...others, artefact(localUrl(), { goos, goarch })])));
    if (goos.trim().toLowerCase() === 'linux') await install(file);
    else {
      const there = `darwin/${goarch === 'aarch64' ? 'arm64' : 'amd64'}`;
      await expect(install(file)).rejects.toMatchObject({
        code: 'CPEX_E_INSTALL_REGISTRY',
        message: `The registry cannot be used: artifact not found for linux/amd64 (there is windows/amd64, linux/arm64, ${there}).`,
      });
    }
  });

  it('may hold several versions', async () => {
    const old = { version: 'v1.0.0', install: { type: 'direct', artifacts: [artefact(localUrl())] } };
    const file = local(
      registry(2, direct([artefact(localUrl(), { sha256: '0'.repeat(64) })], { version: '2.0.0', versions: [old] })),
    );
    expect((await install(file, { release: 'v1.0.0' })).plugin.version).toBe('1.0.0');
    await expect(install(file, { release: '3.0.0' })).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_NOT_LISTED',
      exit: 2,
      message: 'The registry has no version 3.0.0 of sample; it has 2.0.0, 1.0.0.',
    });
  });

  const sound = direct([artefact('https://example.org/x.zip')]);
  const released = { ...ABOUT, repository: 'https://github.com/acme/sample' };
  it.each<[string, string, string]>([
    ['is no JSON', '{', 'it is no JSON'],
    ['holds terminal escapes', '\x1b[31m', "it is no JSON (Unexpected token '\\x1b'"],
    ['is of a later schema', registry(3, sound), 'unsupported schema_version 3'],
    ['has no schema', JSON.stringify({ plugins: [sound] }), 'unsupported schema_version none'],
    ['has no plugins', JSON.stringify({ schema_version: 2 }), 'it has no list of plugins'],
    ['names it twice', registry(2, sound, sound), 'plugins[1]: duplicate plugin id "sample"'],
    ['has a bad id', registry(2, sound, { id: '../x' }), 'plugins[1]: invalid plugin id "../x"'],
    ['has no id', registry(2, { ...sound, id: '' }), 'plugins[0]: missing required field id'],
    ['has no author', registry(2, { ...sound, author: ' ' }), 'plugins[0]: missing required field author'],
    ['has no version', registry(2, { ...sound, version: '' }), 'plugins[0]: missing required field version'],
    ['has a bad version', registry(2, { ...sound, version: 'v1.0' }), 'plugins[0]: invalid plugin version "v1.0"'],
    ['has no repository', registry(1, ABOUT), 'plugins[0]: missing required field repository'],
    [
      'has a bad repository',
      registry(1, { ...released, repository: 'https://github.com/acme/sample.git' }),
      'plugins[0]: repository must be https://github.com/{owner}/{repo}',
    ],
    ['is direct too early', registry(1, sound), 'plugins[0]: direct install requires schema_version 2'],
    [
      'installs otherwise',
      registry(2, { ...sound, install: { type: 'docker' } }),
      'plugins[0]: unsupported install type "docker"',
    ],
    ['has no artifacts', registry(2, direct([])), 'plugins[0]: direct install requires at least one artifact'],
    [
      'has no digest',
      registry(2, direct([artefact('https://x.org', { sha256: undefined })])),
      'plugins[0]: artifacts[0]: missing sha256',
    ],
    [
      'has a short digest',
      registry(2, direct([artefact('https://x.org', { sha256: 'abc' })])),
      'plugins[0]: artifacts[0]: sha256 must be 64 hexadecimal digits',
    ],
    [
      'has no size',
      registry(2, direct([artefact('https://x.org', { size: undefined })])),
      'plugins[0]: artifacts[0]: missing size',
    ],
    [
      'has size 0',
      registry(2, direct([artefact('https://x.org', { size: 0 })])),
      'plugins[0]: artifacts[0]: invalid size',
    ],
    ['has no url', registry(2, direct([artefact('')])), 'plugins[0]: artifacts[0]: missing url'],
    [
      'has a version twice',
      registry(
        2,
        direct([artefact('https://x.org')], {
          versions: [{ version: '1.0', install: { artifacts: [artefact('https://x.org')] } }, { version: 'v1.0' }],
        }),
      ),
      'plugins[0]: versions[1]: duplicate plugin version "1.0"',
    ],
    [
      'mixes kinds',
      registry(
        2,
        direct([artefact('https://x.org')], { versions: [{ version: '1.0', install: { type: 'github-release' } }] }),
      ),
      'plugins[0]: versions[0]: install type "github-release" does not match plugin install type "direct"',
    ],
  ])('that %s is refused', async (_name, text, why) => {
    await expect(install(local(text))).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_REGISTRY',
      exit: 5,
      message: expect.stringContaining(`The registry cannot be used: ${why}`),
    });
    expect(existsSync(at.plugins)).toBe(false);
  });

  it('that lacks the plugin says which id is close', async () => {
    await expect(install(local(registry(2, { ...sound, id: 'simple' })))).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_NOT_LISTED',
      exit: 2,
      message: 'The registry has no plugin "sample". Did you mean "simple"?',
    });
  });

  it.each<[string, string, string]>([
    ['http', 'http://example.org/x.zip', 'Nothing is downloaded from http://example.org/x.zip: only https is safe.'],
    ['ftp', 'ftp://example.org/x.zip', 'only https is safe.'],
    [
      'a secret in the query',
      'https://example.org/x.zip?Access_Token=1',
      'the query key "Access_Token" looks like a secret.',
    ],
    ['a password', 'https://me:secret@example.org/x.zip', 'it holds a user name or password.'],
    ['nonsense', 'x.zip', '"x.zip" is no address that cpex can read.'],
  ])('that points to %s is refused', async (_name, url, why) => {
    await expect(install(local(registry(2, direct([artefact(url)]))))).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_URL',
      exit: 5,
      message: expect.stringContaining(why),
    });
  });

  it('is compared with what its archive turns out to be', async () => {
    await expect(
      install(local(registry(2, direct([artefact(localUrl(), { sha256: '0'.repeat(64) })])))),
    ).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_DIGEST',
      message: 'The archive is not the one that the registry describes.',
    });
    await expect(install(local(registry(2, direct([artefact(localUrl(), { size: 5 })]))))).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_REGISTRY',
      message: expect.stringContaining(`the artifact has ${zip.length} bytes, not 5`),
    });
  });

  it('that names a file which is not there is refused', async () => {
    const gone = pathToFileURL(path.join(at.root, 'gone.zip')).href;
    await expect(install(local(registry(2, direct([artefact(gone)]))))).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_SOURCE',
    });
  });

  it('needs an id, and makes no sense of other words', async () => {
    await expect(at.install('./sample.so', { registry: 'r.json' })).rejects.toMatchObject({
      code: 'CPEX_E_USAGE',
      message: '--registry needs the id of a plugin, found "./sample.so".',
    });
    await expect(at.install('sample.so', { release: '1' })).rejects.toMatchObject({ code: 'CPEX_E_USAGE' });
    await expect(install('nowhere.json', { host: 'cpex' })).rejects.toMatchObject({
      code: 'CPEX_E_USAGE',
      message: 'The host cpex has no registries: --registry is not for it.',
    });
    await expect(install('nowhere.json')).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_SOURCE' });
    await expect(install('http://example.org/r.json')).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_URL' });
  });
});

describe.skipIf(!hasOpenssl())('over https (needs openssl)', () => {
  let server: HttpsServer;
  beforeAll(async () => {
    server = await httpsServer(home.root);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.routes.clear();
    server.asked.length = 0;
  });

  const online = (options: Partial<InstallOptions> = {}, net: object = {}) =>
    install(`${server.base}/registry.json`, options, { net: { fetcher: server.fetcher, ...net } });
  const offer = (artifact: object, bytes: Buffer = zip) => {
    server.routes.set('/registry.json', registry(2, direct([artifact])));
    server.routes.set(`/${NAME}`, bytes);
  };
  const failed = (message: string, code = 'CPEX_E_INSTALL_DOWNLOAD') =>
    expect.objectContaining({ code, message: expect.stringContaining(message) });

  it('a direct artifact is installed, and its registry goes into the configuration', async () => {
    offer(artefact(`${server.base}/${NAME}`));
    const { hostConfig, plugin } = await online();
    expect(plugin.source).toBe(`${server.base}/${NAME}`);
    const id = `source-${sha256(Buffer.from(`${server.base}/registry.json`)).slice(0, 12)}`;
    expect(hostConfig?.entry.split('\n')).toEqual([
      'plugins:',
      '  configs:',
      '    sample:',
      '      enabled: true',
      '      store:',
      '        schema-version: 2',
      '        id: sample',
      '        version: 1.2.3',
      `        source-id: ${id}`,
      `        source-name: ${new URL(server.base).host}`,
      `        source-url: ${server.base}/registry.json`,
      '        install:',
      '          type: direct',
      '',
    ]);
  });

  describe('the releases of a repository', () => {
    const releases = '/repos/acme/sample/releases';
    const release = (tag: string, names: readonly string[]) =>
      JSON.stringify({
        tag_name: tag,
        assets: names.map((name) => ({ name, browser_download_url: `${server.base}/${name}` })),
      });
    const publish = (tag = 'v1.2.3', names = [NAME, 'checksums.txt'], list = `${sha256(zip)}  ${NAME}\n`) => {
      const plugin = { ...ABOUT, repository: 'https://github.com/acme/sample', license: 'MIT', tags: ['one'] };
      server.routes.set('/registry.json', registry(1, plugin));
      server.routes.set(`${releases}/latest`, release(tag, names));
      server.routes.set(`${releases}/tags/${encodeURIComponent(tag)}`, release(tag, names));
      server.routes.set(`/${NAME}`, zip);
      server.routes.set('/checksums.txt', list);
    };
    const fromRelease = (options: Partial<InstallOptions> = {}) => online({ releaseApi: server.base, ...options });

    it('are asked for the newest one', async () => {
      publish();
      const { plugin, hostConfig } = await fromRelease();
      expect(plugin).toMatchObject({ id: 'sample', version: '1.2.3' });
      expect(server.asked).toEqual(['/registry.json', `${releases}/latest`, '/checksums.txt', `/${NAME}`]);
      expect(hostConfig?.entry).toContain(
        '        version: 1.2.3\n        release-tag: v1.2.3\n        repository: https://github.com/acme/sample\n        license: MIT\n        tags:\n          - one\n        source-id: source-',
      );
      expect(hostConfig?.entry).toContain('        install:\n          type: github-release\n');
    });

    it.each(['1.2.3', 'v1.2.3'])('are asked for %s by its tag', async (wanted) => {
      publish();
      expect((await fromRelease({ release: wanted })).plugin.version).toBe('1.2.3');
      expect(server.asked[1]).toBe(`${releases}/tags/v1.2.3`);
    });

    it('may have tags without a v', async () => {
      publish('1.2.3');
      expect((await fromRelease({ release: '1.2.3' })).plugin.version).toBe('1.2.3');
      expect(server.asked.slice(1, 3)).toEqual([`${releases}/tags/v1.2.3`, `${releases}/tags/1.2.3`]);
    });

    it.each<[string, () => void, string, string]>([
      [
        'no archive for this machine',
        () => publish('v1.2.3', ['checksums.txt']),
        `release asset ${NAME} not found`,
        'CPEX_E_INSTALL_REGISTRY',
      ],
      [
        'no checksums',
        () => publish('v1.2.3', [NAME]),
        'release asset checksums.txt not found',
        'CPEX_E_INSTALL_REGISTRY',
      ],
      [
        'checksums of other files',
        () => publish('v1.2.3', undefined, `${sha256(zip)}  other.zip\n`),
        `does not name ${NAME}`,
        'CPEX_E_INSTALL_CHECKSUMS',
      ],
      [
        'another digest',
        () => publish('v1.2.3', undefined, `${'0'.repeat(64)}  ${NAME}\n`),
        'The archive is not the one that checksums.txt describes.',
        'CPEX_E_INSTALL_DIGEST',
      ],
      [
        'a tag that is no version',
        () => publish('nightly'),
        'invalid release tag "nightly"',
        'CPEX_E_INSTALL_REGISTRY',
      ],
      [
        'a description that is no JSON',
        () => {
          publish();
          server.routes.set(`${releases}/latest`, '<html>');
        },
        'the description of the release is no JSON',
        'CPEX_E_INSTALL_REGISTRY',
      ],
    ])('with %s are refused', async (_name, prepare, message, code) => {
      prepare();
      await expect(fromRelease()).rejects.toEqual(failed(message, code));
      expect(existsSync(at.plugins)).toBe(false);
    });

    it('that are not there are said to be missing', async () => {
      publish();
      server.routes.delete(`${releases}/latest`);
      await expect(fromRelease()).rejects.toEqual(failed('failed: status 404.'));
    });

    it('of a busy network say when to come again', async () => {
      publish();
      server.routes.set(`${releases}/latest`, (_request, response) => {
        response.writeHead(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000000' }).end('slow down');
      });
      await expect(fromRelease()).rejects.toMatchObject({
        message: expect.stringContaining('status 403: too many requests from this network'),
        evidence: ['requests are counted anew at 2023-11-14T22:13:20.000Z'],
      });
    });
  });

  describe('redirects', () => {
    const redirect = (from: string, to: string) =>
      server.routes.set(from, (_request, response) => void response.writeHead(302, { location: to }).end());

    it('are followed, relative ones too', async () => {
      offer(artefact(`${server.base}/a`));
      redirect('/a', '/b');
      redirect('/b', `${server.base}/${NAME}?sig=abc&token=short-lived`);
      server.routes.set(`/${NAME}?sig=abc&token=short-lived`, zip);
      expect((await online()).outcome).toBe('installed');
    });

    it.each<[string, string, string, string]>([
      ['http', 'http://localhost/x', 'only https is safe', 'CPEX_E_INSTALL_URL'],
      ['a file', 'file:///etc/passwd', 'only https is safe', 'CPEX_E_INSTALL_URL'],
      ['themselves', '/a', 'it leads through more than 5 redirects', 'CPEX_E_INSTALL_DOWNLOAD'],
    ])('to %s are refused', async (_name, to, message, code) => {
      offer(artefact(`${server.base}/a`));
      redirect('/a', to);
      await expect(online()).rejects.toEqual(failed(message, code));
    });

    it.each([
      'https://127.0.0.1/x',
      'https://localhost/x',
      'https://169.254.169.254/latest',
      'https://[::1]/',
      'https://10.0.0.1/',
    ])('from the network to %s are refused', async (to) => {
      const fetcher: Fetcher = async () => new Response(null, { status: 302, headers: { location: to } });
      await expect(install('https://registry.example/r.json', {}, { net: { fetcher } })).rejects.toEqual(
        failed('registry.example redirects from the network to a local address', 'CPEX_E_INSTALL_URL'),
      );
    });

    it('without an address are refused', async () => {
      server.routes.set('/registry.json', (_request, response) => void response.writeHead(302).end());
      await expect(online()).rejects.toEqual(failed('status 302 without an address to go to'));
    });
  });

  describe('a server that', () => {
    it.each<[string, () => void, string]>([
      [
        'sends more than was announced in the registry',
        () => offer(artefact(`${server.base}/${NAME}`, { size: 10 })),
        'it is longer than 10 bytes',
      ],
      [
        'sends more without saying so',
        () => {
          offer(artefact(`${server.base}/${NAME}`, { size: 10 }));
          server.routes.set(`/${NAME}`, (_request, response) => {
            response.writeHead(200, { 'transfer-encoding': 'chunked' });
            response.write(Buffer.alloc(8));
            response.end(Buffer.alloc(8));
          });
        },
        'it is longer than 10 bytes',
      ],
      [
        'breaks off',
        () => {
          offer(artefact(`${server.base}/${NAME}`));
          server.routes.set(`/${NAME}`, (_request, response) => {
            response.writeHead(200, { 'content-length': String(zip.length) });
            response.write(zip.subarray(0, 100), () => response.destroy());
          });
        },
        'failed: ',
      ],
      [
        'has an error',
        () => {
          offer(artefact(`${server.base}/x`));
        },
        'failed: status 404.',
      ],
    ])('%s installs nothing', async (_name, prepare, message) => {
      prepare();
      await expect(online()).rejects.toEqual(failed(message));
      expect(existsSync(at.plugins)).toBe(false);
    });

    it('stops sending is given up', async () => {
      offer(artefact(`${server.base}/${NAME}`));
      server.routes.set(`/${NAME}`, (_request, response) => void response.writeHead(200).write(zip.subarray(0, 100)));
      await expect(online({}, { idleMs: 200 })).rejects.toEqual(failed('nothing came for 0.2 s'));
    });

    it('sends for ever is given up', async () => {
      server.routes.set('/registry.json', (_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
      });
      await expect(online({}, { totalMs: 500 })).rejects.toEqual(failed('it took longer than 0.5 s'));
    });

    it('has a certificate that nobody vouches for is not believed', async () => {
      offer(artefact(`${server.base}/${NAME}`));
      await expect(install(`${server.base}/registry.json`)).rejects.toEqual(failed('self-signed certificate'));
      expect(server.asked).toEqual([]);
    });

    it('is asked with no header that names a person or a secret', async () => {
      const seen: string[] = [];
      server.routes.set('/registry.json', (request, response) => {
        seen.push(...Object.keys(request.headers).sort());
        response.end(registry(2, direct([artefact(`${server.base}/${NAME}`)])));
      });
      server.routes.set(`/${NAME}`, zip);
      await online();
      expect(seen).toEqual(['accept', 'connection', 'host', 'user-agent']);
    });
  });

  it('Ctrl-C ends a download', async () => {
    const controller = new AbortController();
    server.routes.set('/registry.json', () => controller.abort());
    const context = { ...at.context, signal: controller.signal };
    const { installPlugin } = await import('../../src/install/service.js');
    const options = { source: 'sample', registry: `${server.base}/registry.json`, to: at.plugins, project: false };
    const work = installPlugin({ ...options, allowDowngrade: false, force: false, dryRun: false }, context, {
      engine: fakeEngine,
      net: { fetcher: server.fetcher },
    });
    await expect(work).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
    expect(readdirSync(at.root)).toEqual([]);
  });
});
