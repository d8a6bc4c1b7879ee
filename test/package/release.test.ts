import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tree } from '../install/support/workplace.js';
import { FOREIGN } from './support/libraries.js';
import { type ProjectPlace, projectPlace } from './support/project.js';
import { unzip } from './support/unzip.js';

const places: ProjectPlace[] = [];
let at: ProjectPlace;
const fresh = () => {
  const place = projectPlace();
  places.push(place);
  place.manifest();
  return place;
};
beforeEach(() => {
  at = fresh();
});
afterEach(() => {
  for (const one of places.splice(0)) one.remove();
});

const refused = (code: string, exit: number) => expect.objectContaining({ code, exit });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const archive = (name: string) => readFileSync(path.join(at.out, name));
const windows = () => at.built('windows-x64', FOREIGN['windows-x64']);
const WINDOWS = 'sample_1.2.3_windows_amd64.zip';

describe('a release', () => {
  it('has one archive for each target, named in words of Go, with the library alone at its root', async () => {
    for (const target of ['windows-x64', 'windows-arm64', 'darwin-arm64'] as const) at.built(target, FOREIGN[target]);
    const result = await at.pack({ targets: ['all'] });
    expect(result).toMatchObject({ outcome: 'packaged', id: 'sample', version: '1.2.3', folder: at.out, skipped: [] });
    expect(tree(at.out)).toEqual([
      'checksums.txt',
      'registry.v1.json',
      'registry.v2.json',
      'sample_1.2.3_darwin_arm64.zip',
      'sample_1.2.3_windows_amd64.zip',
      'sample_1.2.3_windows_arm64.zip',
    ]);
    const [library, ...others] = await unzip(archive('sample_1.2.3_darwin_arm64.zip'));
    expect(others).toEqual([]);
    expect(library).toMatchObject({ name: 'sample.dylib', mode: 0o100755, bytes: FOREIGN['darwin-arm64'] });
    expect((await unzip(archive(WINDOWS))).map((one) => one.name)).toEqual(['sample.dll']);
  });

  it('lists the digests as sha256sum does', async () => {
    windows();
    at.built('windows-arm64', FOREIGN['windows-arm64']);
    await at.pack({ targets: ['all'] });
    const names = [WINDOWS, 'sample_1.2.3_windows_arm64.zip'];
    expect(at.read('checksums.txt')).toBe(names.map((one) => `${sha256(archive(one))}  ${one}\n`).join(''));
    const checked = spawnSync('sha256sum', ['--check', '--strict', 'checksums.txt'], { cwd: at.out, encoding: 'utf8' });
    if (checked.error === undefined) expect(checked).toMatchObject({ status: 0 });
  });

  it('lists the plugin for registries of both schemas', async () => {
    at.manifest({ homepage: 'https://example.org/sample', logo: 'https://example.org/l.png', tags: ['usage', 'log'] });
    windows();
    await at.pack({ targets: ['windows-x64'] });
    const about = {
      id: 'sample',
      name: 'A sample',
      description: 'Shows how it is done.',
      author: 'A. Author',
      repository: 'https://github.com/acme/sample',
      version: '1.2.3',
      logo: 'https://example.org/l.png',
      homepage: 'https://example.org/sample',
      license: 'MIT',
      tags: ['usage', 'log'],
    };
    const artefact = {
      goos: 'windows',
      goarch: 'amd64',
      url: `https://github.com/acme/sample/releases/download/v1.2.3/${WINDOWS}`,
      sha256: sha256(archive(WINDOWS)),
      size: archive(WINDOWS).length,
    };
    expect(JSON.parse(at.read('registry.v1.json'))).toEqual({ schema_version: 1, plugins: [about] });
    expect(JSON.parse(at.read('registry.v2.json'))).toEqual({
      schema_version: 2,
      plugins: [{ ...about, install: { type: 'direct', artifacts: [artefact] } }],
    });
  });

  it('writes the URLs that were asked for', async () => {
    at.manifest({ version: '1.2.3+b7', repository: undefined });
    windows();
    await at.pack({ targets: ['windows-x64'], urlBase: 'https://example.org/pool' });
    const [entry] = JSON.parse(at.read('registry.v2.json')).plugins;
    expect(entry.install.artifacts[0].url).toBe('https://example.org/pool/sample_1.2.3%2Bb7_windows_amd64.zip');
    expect(entry).not.toHaveProperty('repository');
  });

  it.each([
    'http://example.org/',
    'https://user:pass@example.org/',
    'https://example.org/?token=1',
    'https://example.org/#x',
    'releases',
  ])('takes no %s for a place to download from', async (urlBase) => {
    await expect(at.pack({ urlBase })).rejects.toMatchObject({
      code: 'CPEX_E_USAGE',
      message: expect.stringContaining('is not a plain https URL'),
    });
  });

  it.each([
    [
      { repository: undefined },
      'registry.v1.json was left out: it needs a repository of the form https://github.com/{owner}/{repo}, and cpex.yaml has none.',
    ],
    [
      { repository: 'git@github.com:acme/sample.git' },
      'registry.v1.json was left out: it needs a repository of the form https://github.com/{owner}/{repo}, and cpex.yaml says git@github.com:acme/sample.git; write https://github.com/acme/sample.',
    ],
    [
      { repository: 'https://github.com/acme/sample/' },
      'registry.v1.json was left out: it needs a repository of the form https://github.com/{owner}/{repo}, and cpex.yaml says https://github.com/acme/sample/; write https://github.com/acme/sample.',
    ],
    [
      { repository: 'https://codeberg.org/acme/sample' },
      'registry.v1.json was left out: it needs a repository of the form https://github.com/{owner}/{repo}, and cpex.yaml says https://codeberg.org/acme/sample.',
    ],
    [{ repository: undefined }, 'registry.v2.json was left out: --url-base does not say where the archives will lie.'],
    [
      { description: undefined },
      'registry.v2.json was left out: registries demand a description, and cpex.yaml has none.',
    ],
  ])('with %j says what is missing', async (changes, note) => {
    at.manifest(changes);
    windows();
    const { notes } = await at.pack({ targets: ['windows-x64'] });
    expect(notes).toContain(note);
    expect(existsSync(path.join(at.out, note.split(' ')[0] ?? ''))).toBe(false);
    expect(existsSync(path.join(at.out, WINDOWS))).toBe(true);
  });
});

describe('the same libraries', () => {
  it('give the same bytes, whatever the dates, the umask, the time zone and the folder', async () => {
    const [mask, zone] = [process.umask(), process.env.TZ];
    const all: string[][] = [];
    try {
      for (const [umask, tz, date] of [
        [0o077, 'Pacific/Kiritimati', 1e9],
        [0o000, 'America/Los_Angeles', 1.7e9],
      ] as const) {
        process.umask(umask);
        process.env.TZ = tz;
        const place = fresh();
        for (const target of ['windows-x64', 'darwin-arm64'] as const) {
          utimesSync(place.built(target, FOREIGN[target]), date, date);
        }
        const { files } = await place.pack({ targets: ['all'] });
        all.push(files.map(({ name, sha256, size }) => `${name} ${sha256} ${size}`));
        const [library] = await unzip(readFileSync(path.join(place.out, WINDOWS)));
        // 1980-02-01 00:00:00
        expect(library).toMatchObject({ mode: 0o100755, dosTime: [0x41, 0] });
      }
    } finally {
      process.umask(mask);
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
    expect(all[0]).toHaveLength(5);
    expect(all[1]).toEqual(all[0]);
  });

  it('leave a finished release as it is', async () => {
    windows();
    await at.pack({ targets: ['windows-x64'] });
    const before = statSync(path.join(at.out, WINDOWS));
    const again = await at.pack({ targets: ['windows-x64'] });
    expect(again.outcome).toBe('unchanged');
    expect(again.files.map((one) => one.action)).toEqual(['keep', 'keep', 'keep', 'keep']);
    expect(statSync(path.join(at.out, WINDOWS)).ino).toBe(before.ino);
  });
});

describe('targets', () => {
  it('that say musl have no name that this host would ask for', async () => {
    await expect(at.pack({ targets: ['linux-x64-musl'] })).rejects.toMatchObject({
      code: 'CPEX_E_PACKAGE_TARGET',
      exit: 2,
      message: 'There is no archive for linux-x64-musl.',
      evidence: [expect.stringContaining('its glibc builds would take a musl library too')],
    });
    windows();
    at.built('linux-x64-musl', Buffer.from('whatever it is'));
    const { skipped, files } = await at.pack({ targets: ['all'] });
    expect(skipped).toEqual([{ target: 'linux-x64-musl', reason: expect.stringContaining('musl') }]);
    expect(files.filter((one) => one.kind === 'archive').map((one) => one.name)).toEqual([WINDOWS]);
  });

  it('of both processors of a Mac fill both names, and yield to a library for one', async () => {
    at.built('darwin-universal', FOREIGN['darwin-universal']);
    at.built('darwin-x64', FOREIGN['darwin-x64']);
    const { files, notes } = await at.pack({ targets: ['all'] });
    const archives = files.filter((one) => one.kind === 'archive').map(({ name, target }) => [name, target]);
    expect(archives).toEqual([
      ['sample_1.2.3_darwin_amd64.zip', 'darwin-x64'],
      ['sample_1.2.3_darwin_arm64.zip', 'darwin-universal'],
    ]);
    expect(notes).toContain(
      'sample_1.2.3_darwin_amd64.zip holds the library for darwin-x64, not that for darwin-universal.',
    );
  });

  it('that cpex.yaml names and that are not there are listed', async () => {
    at.manifest({ targets: ['windows-x64', 'linux-arm64'] });
    windows();
    expect((await at.pack({ targets: ['all'] })).skipped).toEqual([
      { target: 'linux-arm64', reason: 'cpex.yaml names it, and dist/linux-arm64 is not there' },
    ]);
  });

  it('that were not built are refused', async () => {
    await expect(at.pack({ targets: ['windows-x64'] })).rejects.toMatchObject({
      code: 'CPEX_E_PACKAGE_NOT_BUILT',
      message: 'There is no release build for windows-x64 in dist/windows-x64.',
    });
    await expect(at.pack({ targets: ['all'] })).rejects.toEqual(refused('CPEX_E_PACKAGE_NOT_BUILT', 2));
    await expect(at.pack({ targets: ['windows-x64'], noBuild: false })).rejects.toEqual(
      refused('CPEX_E_BUILD_LAYOUT', 2),
    );
  });

  it('that were built on other machines are said to be older than the project', async () => {
    windows();
    const { notes } = await at.pack({ targets: ['windows-x64'] });
    expect(notes).toEqual(['dist/windows-x64 was built when the files of the project were not as they are now.']);
  });
});

describe('a build that is not this project', () => {
  it.each([
    ['another version', { version: '1.2.2' }, 'version: build.json says 1.2.2, cpex.yaml 1.2.3'],
    ['another id', { id: 'simple' }, 'id: build.json says simple, cpex.yaml sample'],
    ['another host', { profile: 'cpex' }, 'host: build.json says cpex, cpex.yaml cliproxy'],
    ['a debug build', { mode: 'debug' }, 'mode: build.json says debug, cpex.yaml release'],
  ])('is refused: %s', async (_name, changes, evidence) => {
    at.built('windows-x64', FOREIGN['windows-x64'], changes);
    await expect(at.pack({ targets: ['windows-x64'] })).rejects.toMatchObject({
      code: 'CPEX_E_PACKAGE_STALE',
      exit: 1,
      evidence: expect.arrayContaining([evidence]),
    });
    expect(existsSync(at.out)).toBe(false);
  });

  it('is refused: another library beside the record', async () => {
    appendFileSync(windows(), 'x');
    await expect(at.pack({ targets: ['windows-x64'] })).rejects.toMatchObject({
      code: 'CPEX_E_PACKAGE_STALE',
      message: 'The library is missing, or is not the one that build.json describes.',
    });
  });

  it.each([
    ['a web page', Buffer.from('<!doctype html>'), 'file.kind'],
    ['a library for another processor', FOREIGN['windows-arm64'], 'pe.machine'],
  ])('is refused by the audit: %s', async (_name, bytes, finding) => {
    at.built('windows-x64', bytes);
    await expect(at.pack({ targets: ['windows-x64'] })).rejects.toMatchObject({
      code: 'CPEX_E_PACKAGE_AUDIT',
      exit: 1,
      evidence: expect.arrayContaining([expect.stringContaining(finding)]),
    });
    expect(existsSync(at.out)).toBe(false);
  });
});

describe('the folder', () => {
  it('is not touched by a dry run', async () => {
    windows();
    const { outcome, files, plan } = await at.pack({ targets: ['windows-x64'], dryRun: true });
    expect(outcome).toBe('planned');
    expect(files.map((one) => [one.name, one.action])).toEqual([
      [WINDOWS, 'create'],
      ['registry.v1.json', 'create'],
      ['registry.v2.json', 'create'],
      ['checksums.txt', 'create'],
    ]);
    expect(plan.steps).toHaveLength(4);
    expect(existsSync(at.out)).toBe(false);
  });

  it('can be another', async () => {
    windows();
    const { folder } = await at.pack({ targets: ['windows-x64'], out: 'release files' });
    expect(folder).toBe(path.join(at.root, 'release files'));
    expect(tree(folder)).toContain(WINDOWS);
  });

  it('loses the archives of the last release, and nothing that cpex did not put there', async () => {
    windows();
    at.built('windows-arm64', FOREIGN['windows-arm64']);
    await at.pack({ targets: ['all'] });
    appendFileSync(path.join(at.out, 'sample_1.2.3_windows_arm64.zip'), 'changed by its owner');
    writeFileSync(path.join(at.out, 'sample_0.9.0_windows_amd64.zip'), 'not in the list');
    writeFileSync(path.join(at.out, 'notes.md'), 'mine');
    at.manifest({ version: '1.3.0' });
    windows();
    const { plan } = await at.pack({ targets: ['windows-x64'] });
    expect(plan.steps).toContainEqual({ kind: 'remove', path: path.join(at.out, WINDOWS) });
    expect(tree(at.out)).toEqual([
      'checksums.txt',
      'notes.md',
      'registry.v1.json',
      'registry.v2.json',
      'sample_0.9.0_windows_amd64.zip',
      'sample_1.2.3_windows_arm64.zip',
      'sample_1.3.0_windows_amd64.zip',
    ]);
  });

  it.each([WINDOWS, 'registry.v2.json', 'checksums.txt'])('is as it was when writing fails at %s', async (last) => {
    at.manifest({ version: '1.0.0' });
    windows();
    await at.pack({ targets: ['windows-x64'] });
    const before = tree(at.out).map((name) => [name, sha256(archive(name))]);
    at.manifest();
    windows();
    const placed = (name: string) => {
      if (name === last) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    };
    await expect(at.pack({ targets: ['windows-x64'] }, { placed })).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_WRITE',
      message: `${at.out} cannot be written: the disk is full.`,
    });
    expect(tree(at.out).map((name) => [name, sha256(archive(name))])).toEqual(before);
  });

  it('keeps a folder that lies in the place of a file', async () => {
    windows();
    mkdirSync(path.join(at.out, 'checksums.txt', 'mine'), { recursive: true });
    await expect(at.pack({ targets: ['windows-x64'] })).rejects.toMatchObject({ code: 'CPEX_E_BUILD_WRITE' });
    expect(existsSync(path.join(at.out, 'checksums.txt', 'mine'))).toBe(true);
    expect(existsSync(path.join(at.out, WINDOWS))).toBe(false);
  });

  it('is cleaned of what a killed run left', async () => {
    windows();
    const left = path.join(at.out, '.cpex-package-0123456789ab');
    mkdirSync(left, { recursive: true });
    writeFileSync(path.join(left, WINDOWS), 'half');
    await at.pack({ targets: ['windows-x64'] });
    expect(existsSync(left)).toBe(false);
  });
});
