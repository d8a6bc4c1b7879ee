import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cpex } from '../../shell/cli.js';
import { adopt, git, missingTools, removeRepositories, repository, testContext } from './repository.js';

afterAll(removeRepositories);

const REMOTE = 'https://github.com/somebody/somewhere.git';

/** What is expected of each repository; none of their sources knows of cpex. */
const REPOSITORIES = {
  'c-cmake': {
    tools: ['git', 'cc', 'cmake'],
    manifest: {
      id: 'token-meter',
      // What the plugin registers; CMakeLists.txt says 0.4.
      version: '0.4.2',
      author: 'Meter Makers',
      license: 'MIT',
      language: 'c',
      host: 'cliproxy',
      capabilities: ['usage_plugin'],
      build: { target: 'token-meter', identity: false },
    },
    call: ['usage.handle'],
    answer: {},
    native: false,
  },
  'go-cmd': {
    tools: ['git', 'cc', 'go'],
    manifest: {
      id: 'cpa-header-tagger',
      version: '2.3.1',
      author: 'Tag Team',
      license: 'Apache-2.0',
      language: 'go',
      host: 'cliproxy',
      capabilities: ['request_interceptor'],
      build: { package: './cmd/plugin', identity: false },
    },
    call: ['request.intercept_before'],
    answer: { Headers: { 'X-Tagged-By': ['header-tagger 2.3.1'] } },
    native: true,
  },
  'rust-workspace': {
    tools: ['git', 'cc', 'cargo'],
    manifest: {
      id: 'pin-router',
      version: '1.0.3',
      author: 'Ada Router',
      license: 'MPL-2.0',
      language: 'rust',
      host: 'cliproxy',
      capabilities: ['scheduler'],
      build: { crate: 'pin-router', identity: false },
    },
    call: ['scheduler.pick', '-d', '{"Candidates":[{"ID":"first"},{"ID":"second"}]}'],
    answer: { Handled: true, AuthID: 'first' },
    native: false,
  },
} as const;

interface Printed<Result> {
  readonly ok: boolean;
  readonly result: Result;
}

function json<Result = unknown>(args: readonly string[], cwd: string): Printed<Result> & { readonly said: string } {
  const { stdout, stderr } = cpex([...args, '--json'], { cwd });
  return { ...(JSON.parse(stdout) as Printed<Result>), said: `${stdout}\n${stderr}` };
}

describe.each(Object.entries(REPOSITORIES))('a plugin that cpex did not make: %s', (name, wanted) => {
  const missing = missingTools(...wanted.tools);
  const title =
    missing === undefined
      ? 'is adopted, built, tested, run, packed and installed'
      : `is adopted, built, tested, run, packed and installed (${missing})`;
  it.skipIf(missing !== undefined)(title, { timeout: 600_000 }, () => {
    const folder = repository(name, { remote: REMOTE });

    const dry = json<{ manifest: unknown }>(['adopt', '--dry-run'], folder);
    expect(dry.ok, dry.said).toBe(true);
    expect(git(folder, 'status', '--porcelain')).toBe('');

    const adopted = json<{ manifest: unknown; file: string }>(['adopt'], folder);
    expect(adopted.ok, adopted.said).toBe(true);
    expect(adopted.result.manifest).toEqual(dry.result.manifest);
    const written = parse(readFileSync(path.join(folder, 'cpex.yaml'), 'utf8')) as object;
    expect(written).toEqual(adopted.result.manifest);
    expect(written).toMatchObject({ ...wanted.manifest, repository: 'https://github.com/somebody/somewhere' });
    // What cargo itself leaves behind is known to those who use it.
    const untracked = git(folder, 'status', '--porcelain').replace('?? target/\n', '');
    expect(untracked).toBe('?? cpex.yaml\n');

    const built = json<{ findings: { id: string }[] }>(['build'], folder);
    expect(built.ok, built.said).toBe(true);
    expect(built.result.findings.filter(({ id }) => id.startsWith('project.'))).toEqual([]);
    const again = json<{ artefacts: { upToDate: boolean }[] }>(['build'], folder);
    expect(again.result.artefacts.map(({ upToDate }) => upToDate)).toEqual([true]);

    const tested = cpex(['test'], { cwd: folder });
    expect(tested.status, tested.stdout + tested.stderr).toBe(0);
    const checked = json<{ findings: { id: string; severity: string }[] }>(['check', 'dist'], folder);
    expect(checked.ok, checked.said).toBe(true);
    if (wanted.native) {
      const native = cpex(['test', '--native'], { cwd: folder });
      expect(native.status, native.stdout + native.stderr).toBe(0);
    }

    const run = json<{ result: unknown }>(['run', ...wanted.call], folder);
    expect(run.ok, run.said).toBe(true);
    expect(run.result.result).toMatchObject(wanted.answer);

    const release = `${wanted.manifest.id}_${wanted.manifest.version}`;
    const packed = json(['package'], folder);
    expect(packed.ok, packed.said).toBe(true);
    const archives = readdirSync(path.join(folder, 'dist/package')).filter((file) => file.endsWith('.zip'));
    expect(archives).toEqual([expect.stringMatching(new RegExp(`^${release}_[a-z]+_[a-z0-9]+\\.zip$`))]);
    const plugins = path.join(path.dirname(folder), 'plugins');
    const archive = path.join(folder, 'dist/package', archives[0] ?? '');
    const installed = json<{ file: string }>(['install', archive, '--to', plugins, '--host', 'cliproxy'], folder);
    expect(installed.ok, installed.said).toBe(true);
    expect(path.basename(installed.result.file)).toMatch(
      new RegExp(`^${wanted.manifest.id}-v${wanted.manifest.version}\\.`),
    );
    expect(git(folder, 'diff', '--stat')).toBe('');
  });
});

describe('a trial that does not work', () => {
  const missing = missingTools('git', 'cc', 'cmake');
  const mark = missing === undefined ? '' : ` (${missing})`;

  it.skipIf(missing !== undefined)(`is told, with what has to be given instead${mark}`, async () => {
    const folder = repository('c-cmake', { remote: REMOTE });
    rmSync(path.join(folder, 'src/reply.h'));
    await expect(adopt(folder)).rejects.toMatchObject({
      code: 'CPEX_E_NOT_INTERACTIVE',
      evidence: expect.arrayContaining([
        '--capability WORD (CPEX_ADOPT_CAPABILITY)',
        expect.stringMatching(/^not read from the plugin: .*reply\.h/) as string,
      ]) as string[],
    });
    const context = testContext(folder);
    const { manifest, notes } = await adopt(folder, { capabilities: ['usage_plugin'] }, context);
    // Nothing but the build file speaks for the version now.
    expect(manifest).toMatchObject({ version: '0.4.0', capabilities: ['usage_plugin'] });
    expect(notes.join('\n')).toMatch(/was not seen to register: .*reply\.h/);
    expect(context.events).toContainEqual({ type: 'note', level: 'warn', text: notes[0] });
  });

  it.skipIf(missing !== undefined)(`names what the plugin said when it refused${mark}`, async () => {
    const folder = repository('c-cmake', { remote: REMOTE });
    const entry = path.join(import.meta.dirname, 'repos/c-cmake-refuses/entry.c');
    cpSync(entry, path.join(folder, 'src/entry.c'));
    await expect(adopt(folder)).rejects.toMatchObject({
      code: 'CPEX_E_NOT_INTERACTIVE',
      evidence: expect.arrayContaining([
        expect.stringMatching(/refuses to register: a licence key is missing/),
      ]) as string[],
    });
  });

  it.skipIf(missing !== undefined)(`finds the host by what the library exports${mark}`, async () => {
    const folder = repository('c-cmake', { remote: REMOTE });
    const source = path.join(folder, 'src/entry.c');
    const text = readFileSync(source, 'utf8');
    // A macro hides the name from everybody who only reads.
    const hidden = text.replace(
      'int cliproxy_plugin_init(',
      '#define ENTRY(prefix) prefix ## _plugin_init\nint ENTRY(cliproxy)(',
    );
    writeFileSync(source, hidden);
    const { found } = await adopt(folder);
    expect(found.host).toEqual({ value: 'cliproxy', from: 'what the library exports' });
  });
});
