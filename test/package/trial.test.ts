import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CPluginOptions, compilePlugin } from '../install/support/c-plugin.js';
import { type Workplace, workplace } from '../install/support/workplace.js';
import { type ProjectPlace, projectPlace } from './support/project.js';
import { unzip } from './support/unzip.js';

let at: ProjectPlace;
let target: Workplace;
beforeEach(() => {
  at = projectPlace('package-trial');
  target = workplace('package-install');
});
afterEach(() => {
  at.remove();
  target.remove();
});

/** Compiles a plugin and puts it into `dist/` of a project for its host. */
function built(options: CPluginOptions = {}): void {
  at.manifest(options.host === 'cliproxy' ? {} : { host: 'cpex', capabilities: ['hook:elicit'] });
  const file = compilePlugin(target.root, 'made', { version: '1.2.3', ...options });
  at.built('linux-x64', readFileSync(file));
}

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('the library for this machine', () => {
  it('is packed for cliproxy alone, and installs from the folder of the release', async () => {
    built({ host: 'cliproxy' });
    const { files, findings, outcome } = await at.pack();
    expect(outcome).toBe('packaged');
    expect(findings.filter((one) => one.severity === 'fail')).toEqual([]);
    const [archive] = files;
    expect(archive).toMatchObject({ name: 'sample_1.2.3_linux_amd64.zip', target: 'linux-x64' });
    expect((await unzip(readFileSync(archive?.path ?? ''))).map((one) => one.name)).toEqual(['sample.so']);
    const installed = await target.install(at.out, { host: 'cliproxy' });
    expect(installed.file).toBe(path.join(target.plugins, 'linux', 'amd64', 'sample-v1.2.3.so'));
    expect(installed.plugin).toMatchObject({ id: 'sample', version: '1.2.3' });
  });

  it('is packed for cpex with its record, which an install believes', async () => {
    built();
    const { files } = await at.pack();
    expect(files.map((one) => one.name)).toEqual(['sample_1.2.3_linux-x64.zip', 'checksums.txt']);
    const archive = files[0]?.path ?? '';
    const inside = await unzip(readFileSync(archive));
    expect(inside.map((one) => [one.name, one.mode])).toEqual([
      ['sample.so', 0o100755],
      ['build.json', 0o100644],
    ]);
    const installed = await target.install(archive);
    expect(installed.plugin).toMatchObject({ id: 'sample', version: '1.2.3', host: 'cpex', source: archive });
    expect(installed.file).toBe(path.join(target.plugins, 'linux-x64', 'sample.so'));
  });

  it('is seen as other tools see it', async () => {
    built({ host: 'cliproxy' });
    const { files } = await at.pack();
    const list = () => execFileSync('unzip', ['-Z', files[0]?.path ?? ''], { encoding: 'utf8' });
    let text: string;
    try {
      text = list();
    } catch {
      return;
    }
    expect(text).toMatch(/^-rwxr-xr-x .* sample\.so$/m);
  });

  it.each<[string, CPluginOptions, string, string]>([
    ['another version', { host: 'cliproxy', version: '1.2.2' }, 'CPEX_E_PACKAGE_IDENTITY', 'registered: sample 1.2.2'],
    ['another version for cpex', { version: '1.2.2' }, 'CPEX_E_PACKAGE_IDENTITY', 'registered: sample 1.2.2'],
    ['another id', { id: 'simple' }, 'CPEX_E_PACKAGE_IDENTITY', 'registered: simple 1.2.3'],
    ['no end of its init', { host: 'cliproxy', init: 'abort();' }, 'CPEX_E_PACKAGE_TRIAL', 'SIGABRT'],
    ['another host', { host: 'cliproxy', entry: 'cpex_plugin_init' }, 'CPEX_E_PACKAGE_AUDIT', 'cliproxy_plugin_init'],
  ])('with %s is not packed', async (_name, options, code, evidence) => {
    built(options);
    await expect(at.pack()).rejects.toSatisfy(
      (error: { code: string; exit: number; evidence: string[]; message: string }) => {
        const text = [error.message, ...error.evidence].join('\n');
        return error.code === code && error.exit === 1 && text.includes(evidence);
      },
    );
    expect(existsSync(at.out)).toBe(false);
  });

  it('may have a name of its own where the host goes by files', async () => {
    built({ host: 'cliproxy', id: 'Sample Plugin' });
    expect((await at.pack()).outcome).toBe('packaged');
  });

  it('whose archive was changed is refused by an install', async () => {
    built({ host: 'cliproxy' });
    const { files } = await at.pack();
    appendFileSync(files[0]?.path ?? '', 'x');
    await expect(target.install(at.out, { host: 'cliproxy' })).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_DIGEST' });
    rmSync(path.join(at.out, 'checksums.txt'));
    await expect(target.install(files[0]?.path ?? '', { host: 'cliproxy' })).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_ARCHIVE',
    });
  });
});
