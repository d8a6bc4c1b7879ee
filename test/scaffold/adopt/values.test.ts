import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Registration } from '../../../src/model/profile.js';
import { readManifest } from '../../../src/project/read-manifest.js';
import type { Candidate } from '../../../src/scaffold/adopt/candidate.js';
import type { GitFacts } from '../../../src/scaffold/adopt/git-facts.js';
import { valuesOf } from '../../../src/scaffold/adopt/values.js';
import { semanticVersion } from '../../../src/scaffold/adopt/version.js';
import { adopt, folderWith, git, missingTools, removeRepositories, repository, testContext } from './repository.js';

afterAll(removeRepositories);

const ENTRY = '#[no_mangle]\npub extern "C" fn cliproxy_plugin_init(h: *const u8, p: *mut u8) -> i32 { 0 }\n';

function crate(fields: string, name = 'my-crate'): Record<string, string> {
  return {
    'Cargo.toml': `[package]\nname = "${name}"\n${fields}\n[lib]\ncrate-type = ["cdylib"]\n`,
    'src/lib.rs': ENTRY,
  };
}

const told = {
  build: false,
  capabilities: ['scheduler,executor', 'executor'],
  author: 'Ada',
  repository: 'https://github.com/ada/plugin',
} as const;

describe('the values of an adopted cpex.yaml', () => {
  it('are each named with where they come from, and the file reads back as they are', async () => {
    const folder = folderWith({
      ...crate('version = "1.0.3"\ndescription = "Routes."\nauthors = ["Grace <g@example.org>"]'),
      LICENSE: 'Apache License\n   Version 2.0, January 2004\n',
    });
    const outcome = await adopt(folder, {
      build: false,
      capabilities: ['scheduler'],
      repository: 'https://github.com/a/b',
    });
    expect(outcome.found).toEqual({
      language: { value: 'Rust', from: 'Cargo.toml' },
      host: { value: 'cliproxy', from: 'the entry function' },
      id: { value: 'my-crate', from: 'Cargo.toml' },
      version: { value: '1.0.3', from: 'Cargo.toml' },
      author: { value: 'Grace <g@example.org>', from: 'Cargo.toml' },
      license: { value: 'Apache-2.0', from: 'LICENSE' },
      repository: { value: 'https://github.com/a/b', from: 'the command line' },
      description: { value: 'Routes.', from: 'Cargo.toml' },
      capabilities: { value: 'scheduler', from: 'the command line' },
    });
    expect(await readManifest(outcome.file)).toEqual(outcome.manifest);
    expect(readFileSync(outcome.file, 'utf8')).toContain('\nversion: "1.0.3"\n');
  });

  it.each([
    ['1.2.0', 'what the plugin registers'],
    ['1.2', 'the plugin registers 1.2: let it say 1.2.0'],
    ['v1.2.0', 'the plugin registers v1.2.0: let it say 1.2.0'],
  ])('say so when a plugin registers %j, which is written in full', (version, from) => {
    const candidate = { stated: { name: 'p' }, declaredIn: 'go.mod', language: 'go' } as Candidate;
    const registration = { id: 'p', version, author: 'Ada', capabilities: {}, raw: {} } as Registration;
    const sources = { given: {}, candidate, git: {} as GitFacts, license: undefined, registration, user: 'ada' };
    expect(valuesOf(sources).version).toEqual({ value: '1.2.0', from });
  });

  it('take the capabilities as lists, each once', async () => {
    const { manifest } = await adopt(folderWith(crate('version = "1.0.0"')), told);
    expect(manifest.capabilities).toEqual(['scheduler', 'executor']);
  });

  it('keep the configuration for tests', async () => {
    const folder = folderWith(crate('version = "1.0.0"'));
    const { manifest } = await adopt(folder, { ...told, config: { model: 'x' } });
    expect(manifest.test).toEqual({ config: { model: 'x' } });
    await expect(adopt(folder, { ...told, force: true, config: 7 })).rejects.toMatchObject({
      code: 'CPEX_E_ADOPT_VALUE',
    });
  });

  it.each([
    ['1.2.3', '1.2.3'],
    ['v1.2.3-rc.1+b', '1.2.3-rc.1+b'],
    ['0.4', '0.4.0'],
    ['7', '7.0.0'],
    [' 1.0.0 ', '1.0.0'],
    ['dev', undefined],
    ['1.2.3.4', undefined],
    ['01.2.3', undefined],
    ['', undefined],
  ])('read %j as the version %j', (text, version) => {
    expect(semanticVersion(text)).toBe(version);
  });
});

describe('cpex adopt refuses', () => {
  it('a repository that has a cpex.yaml, unless it is told to replace it', async () => {
    const folder = folderWith({ ...crate('version = "1.0.0"'), 'cpex.yaml': 'manifest: 1\n' });
    await expect(adopt(folder, told)).rejects.toMatchObject({ code: 'CPEX_E_ADOPT_EXISTS', exit: 2 });
    expect(readFileSync(path.join(folder, 'cpex.yaml'), 'utf8')).toBe('manifest: 1\n');
    expect(await adopt(folder, { ...told, force: true })).toMatchObject({ action: 'replace' });
    expect(readFileSync(path.join(folder, 'cpex.yaml'), 'utf8')).toContain('id: my-crate');
  });

  it('to write through a link, also when it is told to replace', async () => {
    const folder = folderWith(crate('version = "1.0.0"'));
    const elsewhere = path.join(path.dirname(folder), 'elsewhere.yaml');
    writeFileSync(elsewhere, 'precious\n');
    symlinkSync(elsewhere, path.join(folder, 'cpex.yaml'));
    await expect(adopt(folder, { ...told, force: true })).rejects.toMatchObject({ code: 'CPEX_E_ADOPT_EXISTS' });
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious\n');
  });

  it('an id that the host would misread, and names one that would do', async () => {
    const folder = folderWith(crate('version = "1.0.0"', 'router-v2'));
    await expect(adopt(folder, told)).rejects.toMatchObject({
      code: 'CPEX_E_ADOPT_VALUE',
      message: '--id: "router-v2" (Cargo.toml): hosts read "-v" and a digit in a file name as its version',
      remedy: 'cpex adopt --id router-2',
    });
    expect((await adopt(folder, { ...told, id: 'router' })).manifest.id).toBe('router');
  });

  it('every wrong value in one error', async () => {
    const request = { ...told, id: 'a b', version: 'latest', capabilities: ['schedulr'], license: 'a\nb' };
    const error: unknown = await adopt(folderWith(crate('')), request).catch((thrown: unknown) => thrown);
    const { evidence } = error as { evidence: string[] };
    expect(evidence).toHaveLength(4);
    expect(evidence.join('\n')).toMatch(/--id: "a b"/);
    expect(evidence.join('\n')).toMatch(/--capability: .*Did you mean "scheduler"\?/);
    expect(evidence.join('\n')).toMatch(/--plugin-version: expected a semantic version/);
    expect(evidence.join('\n')).toMatch(/--license: /);
  });

  it('an unknown host', async () => {
    await expect(adopt(folderWith(crate('')), { ...told, host: 'cliproxi' })).rejects.toMatchObject({
      code: 'CPEX_E_ADOPT_VALUE',
      message: '--host: "cliproxi" is not a host that cpex knows. Did you mean "cliproxy"?',
    });
  });

  it('to guess where nobody can be asked: every missing flag in one error', async () => {
    const folder = folderWith(crate('version = "1.0.0"'));
    await expect(adopt(folder, { build: false })).rejects.toMatchObject({
      code: 'CPEX_E_NOT_INTERACTIVE',
      evidence: [
        '--author NAME (CPEX_ADOPT_AUTHOR)',
        '--repository URL (CPEX_ADOPT_REPOSITORY)',
        '--capability WORD (CPEX_ADOPT_CAPABILITY)',
        'not read from the plugin: it was not built (--no-build)',
      ],
    });
    expect(existsSync(path.join(folder, 'cpex.yaml'))).toBe(false);
  });
});

const noGit = missingTools('git');
describe.skipIf(noGit !== undefined)(`in a git repository${noGit === undefined ? '' : ` (${noGit})`}`, () => {
  it('takes author, remote and tag from git, and says when sources have moved past the tag', async () => {
    const folder = repository('c-cmake', { tag: 'v0.9.0', remote: 'git@github.com:meter-makers/meter.git' });
    git(folder, 'commit', '--quiet', '--allow-empty', '--message=Second');
    const { manifest, found, notes } = await adopt(folder, { build: false, capabilities: ['usage_plugin'] });
    expect(manifest).toMatchObject({
      version: '0.4.0',
      author: 'Grace Committer <grace@example.org>',
      repository: 'https://github.com/meter-makers/meter',
      license: 'MIT',
      description: 'Counts the tokens of every request',
    });
    expect(found.repository?.from).toBe('the remote of git');
    expect(notes).toEqual([
      'The version is 0.4.0 here, and elsewhere: 0.9.0 (the tag v0.9.0, with commits after it).',
      'Builds go to dist/ and .cpex/: add both to .gitignore.',
    ]);
  });

  it('takes the tag before a constant of Go, and the constant where there is no tag', async () => {
    const files = {
      'go.mod': 'module github.com/team/tool\n',
      'main.go':
        'package main\n\nimport "C"\n\nconst pluginVersion = "5.6.7"\n\n//export cliproxy_plugin_init\nfunc cliproxy_plugin_init() C.int { return 0 }\n\nfunc main() {}\n',
      '.gitignore': 'dist\n.cpex\n',
    };
    const folder = folderWith(files);
    const request = { build: false, dryRun: true, capabilities: ['executor'] } as const;
    const before = await adopt(folder, { ...request, author: 'A' });
    expect(before.manifest).toMatchObject({ version: '5.6.7', repository: 'https://github.com/team/tool' });
    git(folder, 'init', '--quiet');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message=First');
    git(folder, 'tag', 'v6.0.0');
    const after = await adopt(folder, request);
    expect(after.found.version).toEqual({ value: '6.0.0', from: 'the tag v6.0.0' });
    expect(after.notes).toEqual([]);
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('changes nothing but cpex.yaml', async () => {
    const folder = repository('rust-workspace');
    const context = testContext(folder);
    await adopt(folder, { build: false, capabilities: ['scheduler'], author: 'A' }, context);
    expect(git(folder, 'status', '--porcelain')).toBe('?? cpex.yaml\n');
  });
});
