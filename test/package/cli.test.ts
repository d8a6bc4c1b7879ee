import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceOf } from '../install/support/c-plugin.js';
import { type HttpsServer, hasOpenssl, httpsServer } from '../install/support/https-server.js';
import { tree, workplace } from '../install/support/workplace.js';
import { cpex, isThere } from '../shell/cli.js';

const at = workplace('package-cli');
const project = path.join(at.root, 'project');
const tools = isThere('cmake') && isThere('cc');
afterAll(() => at.remove());

const manifest = (version: string, host = 'cliproxy') =>
  writeFileSync(
    path.join(project, 'cpex.yaml'),
    `manifest: 1\nid: sample\nversion: ${version}\nauthor: A. Author\ndescription: Shows it.\nrepository: https://github.com/acme/sample\nlanguage: c\nhost: ${host}\ncapabilities:\n  - usage_plugin\nbuild:\n  identity: false\n`,
  );

beforeAll(() => {
  mkdirSync(project);
  manifest('1.2.3');
  writeFileSync(
    path.join(project, 'CMakeLists.txt'),
    'cmake_minimum_required(VERSION 3.20)\nproject(sample LANGUAGES C)\nadd_library(sample SHARED plugin.c)\nset_target_properties(sample PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden)\n',
  );
  writeFileSync(path.join(project, 'plugin.c'), sourceOf({ host: 'cliproxy', version: '1.2.3' }));
});

const ARCHIVE = 'sample_1.2.3_linux_amd64.zip';
const env = { HOME: at.root };

describe.skipIf(!tools || process.platform !== 'linux' || process.arch !== 'x64')(
  'the commands (need cmake and cc)',
  () => {
    it('build, pack, say what they did, and do nothing twice', () => {
      const first = cpex(['package'], { cwd: project, env });
      expect(first).toMatchObject({ status: 0 });
      expect(first.stdout).toContain('Packaged sample 1.2.3 in dist/package\n');
      expect(first.stdout).toContain(`  ${ARCHIVE}  `);
      expect(readdirSync(path.join(project, 'dist', 'package')).sort()).toEqual([
        'checksums.txt',
        'registry.v1.json',
        'registry.v2.json',
        ARCHIVE,
      ]);
      const again = cpex(['package', '--json'], { cwd: project, env });
      expect(JSON.parse(again.stdout)).toMatchObject({
        ok: true,
        command: 'package',
        result: {
          outcome: 'unchanged',
          version: '1.2.3',
          files: [{ name: ARCHIVE, kind: 'archive', target: 'linux-x64' }, {}, {}, {}],
        },
      });
    });

    it('install what they packed, and print what the host has to be told', () => {
      const { status, stdout } = cpex(['install', 'dist/package', '--host', 'cliproxy', '--to', '../plugins'], {
        cwd: project,
        env,
      });
      expect(status).toBe(0);
      expect(stdout).toContain('    plugins:\n      configs:\n        sample:\n          enabled: true\n');
      const plugins = path.join(at.root, 'plugins');
      expect(tree(plugins)).toEqual(['.cpex/installed.json', 'linux/amd64/sample-v1.2.3.so']);
      expect(cpex(['list', '--dir', plugins], { env }).stdout).toContain('sample  1.2.3  linux-x64');
      expect(cpex(['info', 'sample', '--dir', plugins], { env }).stdout).toContain('state      intact');
      expect(cpex(['uninstall', 'sample', '--dir', plugins], { env }).status).toBe(0);
      expect(tree(plugins)).toEqual(['.cpex/installed.json']);
    });

    it('write the configuration of the host', () => {
      const file = path.join(at.root, 'config.yaml');
      writeFileSync(file, '# mine\nplugins:\n  enabled: false\n');
      const words = [
        'install',
        'dist/package',
        '--host',
        'cliproxy',
        '--to',
        '../plugins',
        '--host-config',
        '../config.yaml',
      ];
      const { status, stdout } = cpex(words, { cwd: project, env });
      expect(status).toBe(0);
      expect(stdout).toContain(`plugins.enabled is not true in ${file}: the host loads no plugins at all.`);
      expect(readFileSync(file, 'utf8')).toBe(
        '# mine\nplugins:\n  enabled: false\n  configs:\n    sample:\n      enabled: true\n',
      );
    });

    it('say what a dry run would do', () => {
      manifest('1.3.0');
      writeFileSync(path.join(project, 'plugin.c'), sourceOf({ host: 'cliproxy', version: '1.3.0' }));
      const { status, stdout } = cpex(['package', '--dry-run'], { cwd: project, env });
      expect(status).toBe(0);
      expect(stdout).toContain('sample 1.3.0: all checks passed, nothing was written to dist/package.');
      expect(stdout).toContain(`  remove dist/package/${ARCHIVE}`);
      expect(existsSync(path.join(project, 'dist', 'package', ARCHIVE))).toBe(true);
    });

    it.skipIf(!isThere('x86_64-w64-mingw32-gcc'))(
      'build and pack for targets that are not in dist (needs gcc for Windows)',
      () => {
        manifest('1.2.3');
        writeFileSync(path.join(project, 'plugin.c'), sourceOf({ host: 'cliproxy', version: '1.2.3' }));
        const words = ['package', '--target', 'windows-x64', '--target', 'host', '--out', 'several', '--json'];
        const { status, stdout } = cpex(words, { cwd: project, env });
        rmSync(path.join(project, 'dist', 'windows-x64'), { recursive: true, force: true });
        expect(status, stdout).toBe(0);
        const { files } = JSON.parse(stdout).result as { files: { kind: string; target?: string }[] };
        expect(files.flatMap(({ kind, target }) => (kind === 'archive' ? [target] : []))).toEqual([
          'linux-x64',
          'windows-x64',
        ]);
      },
    );

    it.each([
      [['package', '--target', 'linux-x64-musl'], 2, 'CPEX_E_PACKAGE_TARGET'],
      [['package', '--target', 'windows-x64'], 3, 'CPEX_E_BUILD_TOOL_MISSING'],
      [['package', '--target', 'windows-x64', '--no-build'], 2, 'CPEX_E_PACKAGE_NOT_BUILT'],
      [['package', '--url-base', 'http://example.org'], 2, 'CPEX_E_USAGE'],
      [['install', 'sample', '--registry', 'http://example.org/r.json'], 5, 'CPEX_E_INSTALL_URL'],
    ])('%j ends with %i where no tool is installed', (words, exit, code) => {
      const { status, stdout, stderr } = cpex(words, { cwd: project, env: { ...env, PATH: at.root } });
      expect([status, stdout]).toEqual([exit, '']);
      expect(stderr).toContain(code);
    });

    it.skipIf(!hasOpenssl())("install from a registry over https, with a certificate of one's own", async () => {
      const server: HttpsServer = await httpsServer(at.root);
      try {
        manifest('1.2.3');
        writeFileSync(path.join(project, 'plugin.c'), sourceOf({ host: 'cliproxy', version: '1.2.3' }));
        expect(cpex(['package', '--url-base', server.base], { cwd: project, env }).status).toBe(0);
        const release = path.join(project, 'dist', 'package');
        for (const name of readdirSync(release)) server.routes.set(`/${name}`, readFileSync(path.join(release, name)));
        const words = [
          'install',
          'sample',
          '--registry',
          `${server.base}/registry.v2.json`,
          '--to',
          'from-registry',
          '--json',
        ];
        const trusting = await running(words, { ...env, NODE_EXTRA_CA_CERTS: server.authority });
        expect(JSON.parse(trusting.stdout)).toMatchObject({
          ok: true,
          result: { outcome: 'installed', plugin: { id: 'sample', version: '1.2.3' } },
        });
        expect(existsSync(path.join(at.root, 'from-registry', 'linux', 'amd64', 'sample-v1.2.3.so'))).toBe(true);
        rmSync(path.join(at.root, 'from-registry'), { recursive: true });
        const wary = await running(words, { ...env, NODE_EXTRA_CA_CERTS: undefined });
        expect(JSON.parse(wary.stdout)).toMatchObject({ ok: false, error: { code: 'CPEX_E_INSTALL_DOWNLOAD' } });
      } finally {
        await server.close();
      }
    });
  },
);

/** Runs cpex while this process goes on serving. */
async function running(words: readonly string[], more: Readonly<Record<string, string | undefined>>) {
  const { spawn } = await import('node:child_process');
  const { bin } = await import('../shell/cli.js');
  const child = spawn(process.execPath, [bin, ...words], { cwd: at.root, env: { ...process.env, ...more } });
  let stdout = '';
  child.stdout.on('data', (piece) => (stdout += piece));
  const status = await new Promise((done) => child.once('close', done));
  return { status, stdout };
}
