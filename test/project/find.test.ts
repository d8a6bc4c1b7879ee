import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CpexEvent } from '../../src/model/event.js';
import { findProject, requireProject } from '../../src/project/find.js';

const MANIFEST =
  'manifest: 1\nid: p\nversion: "0.1.0"\nauthor: A\nlanguage: c\nhost: cpex\ncapabilities: [command:greet]\n';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'cpex find ünï ')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(file: string, content: string): Promise<string> {
  const full = path.join(root, file);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, content);
  return full;
}

describe('findProject', () => {
  it('finds cpex.yaml upwards', async () => {
    const file = await put('cpex.yaml', MANIFEST);
    await put('a/b/x', '');
    expect(await findProject(path.join(root, 'a/b'))).toMatchObject({ root, file, manifest: { id: 'p' } });
  });

  it('takes the nearest one, and passes over files of other tools', async () => {
    await put('cpex.yaml', 'broken: [');
    const file = await put('a/cpex.yaml', MANIFEST);
    await put('a/b/package.json', '{"name":"x"}');
    await put('a/b/Cargo.toml', '[package]\nname = "x"\n');
    await put('a/b/c/package.json', '{ broken');
    expect((await findProject(path.join(root, 'a/b/c')))?.file).toBe(file);
  });

  it.each([
    ['.cpexrc', 'file: plugin/cpex.yaml\n'],
    ['.cpexrc', '{"file": "plugin/cpex.yaml"}'],
    ['package.json', '{"cpex": "plugin/cpex.yaml"}'],
    ['package.json', '{"cpex": {"file": "./plugin/cpex.yaml"}}'],
    ['Cargo.toml', '[package.metadata.cpex]\nfile = "plugin/cpex.yaml"\n'],
  ])('follows %s %s', async (name, content) => {
    await put(name, content);
    const file = await put('plugin/cpex.yaml', MANIFEST);
    expect(await findProject(root)).toMatchObject({ file, root: path.join(root, 'plugin') });
  });

  it.each([
    ['.cpexrc', 'id: other\n'],
    ['.cpexrc', ''],
    ['package.json', '{"cpex": {"id": "x"}}'],
    ['Cargo.toml', '[package.metadata.cpex]\nid = "x"\n'],
    ['.cpexrc', 'file: gone/cpex.yaml\n'],
    ['.cpexrc', 'file: [\n'],
  ])('refuses %s %j, which points nowhere', async (name, content) => {
    await put(name, content);
    await expect(findProject(root)).rejects.toMatchObject({ code: 'CPEX_E_PROJECT_POINTER' });
  });

  it('refuses a cpex.yaml that is a folder or not UTF-8', async () => {
    await put('a/cpex.yaml/x', '');
    await writeFile(await put('b/cpex.yaml', ''), Buffer.from([0x69, 0xff]));
    await expect(findProject(path.join(root, 'a'))).rejects.toMatchObject({ code: 'CPEX_E_MANIFEST_UNREADABLE' });
    await expect(findProject(path.join(root, 'b'))).rejects.toMatchObject({ code: 'CPEX_E_MANIFEST_UNREADABLE' });
  });
});

describe.skipIf(process.platform === 'win32')('a cpex.yaml that cannot be opened', () => {
  it.each([
    ['a link to itself', (file: string) => symlink('cpex.yaml', file)],
    ['a named pipe', (file: string) => promisify(execFile)('mkfifo', [file])],
  ])('is told and not waited for: %s', async (_, make) => {
    await make(path.join(root, 'cpex.yaml'));
    await expect(findProject(root)).rejects.toMatchObject({ code: 'CPEX_E_MANIFEST_UNREADABLE' });
  });
});

describe('requireProject', () => {
  it('says which file it took', async () => {
    const file = await put('cpex.yaml', MANIFEST);
    const events: CpexEvent[] = [];
    await requireProject({ cwd: root, emit: (event) => events.push(event) });
    expect(events).toEqual([{ type: 'config', file }]);
  });

  it('refuses to go on without a project', async () => {
    await expect(requireProject({ cwd: root, emit: () => {} })).rejects.toMatchObject({ code: 'CPEX_E_NO_PROJECT' });
  });
});
