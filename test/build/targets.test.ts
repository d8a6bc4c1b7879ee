import { afterAll, describe, expect, it } from 'vitest';
import type { TargetPlan } from '../../src/build/build-model.js';
import { chooseTargets } from '../../src/build/choose-targets.js';
import { groupJobs, runBeside } from '../../src/build/jobs.js';
import type { PreparedTarget } from '../../src/build/plan.js';
import { Turn } from '../../src/build/turn.js';
import { coldLibraries, rememberLibraries } from '../../src/build/zig-warm-up.js';
import type { Manifest, Project } from '../../src/model/manifest.js';
import type { Language, TargetName } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGET_NAMES } from '../../src/project/targets/table.js';
import { freshFolder, removeFolders, write } from './projects.js';

afterAll(removeFolders);

function project(language: Language, changes: Partial<Manifest> = {}): Project {
  const manifest = { manifest: 1, id: 'a', version: '1.0.0', author: 'A', host: 'cpex', capabilities: [], language };
  return { root: '/p', file: '/p/cpex.yaml', manifest: { ...manifest, ...changes } };
}

/** Name and glibc floor of what is chosen. */
function chosen(language: Language, targets: readonly string[], changes: Partial<Manifest> = {}, glibc?: string) {
  const options = { project: project(language, changes), targets, ...(glibc === undefined ? {} : { glibc }) };
  const { wanted, skipped } = chooseTargets(options);
  return { wanted: wanted.map((one) => [one.target.name, one.glibc ?? '', one.by].join(' ').trim()), skipped };
}

describe('what --target means', () => {
  it('is the machine itself when nothing is named', () => {
    expect(chosen('c', []).wanted).toEqual([`${hostTarget().name}  name`]);
    expect(chosen('c', ['host', hostTarget().name]).wanted).toHaveLength(1);
  });

  it('folds all spellings of a target', () => {
    const arm = ['linux-arm64', 'linux/arm64', 'aarch64-unknown-linux-gnu', ' Aarch64-Linux-Gnu ', 'Linux-aarch64'];
    const windows = ['win32-x64', 'x86_64-pc-windows-gnu', 'x86_64-windows-gnu', 'windows/amd64'];
    expect(chosen('c', [...arm, ...windows]).wanted).toEqual(['linux-arm64  name', 'windows-x64  name']);
  });

  it('takes the glibc of a spelling before --glibc, and that before cpex.yaml', () => {
    const manifest = { glibc: '2.31' };
    const names = ['aarch64-linux-gnu.2.17', 'linux-arm64', 'linux-x64', 'linux-x64-musl', 'windows-x64'];
    expect(chosen('c', names, manifest, '2.28').wanted).toEqual([
      'linux-arm64 2.17 name',
      'linux-x64 2.28 name',
      'linux-x64-musl  name',
      'windows-x64  name',
    ]);
    expect(chosen('c', ['linux-x64'], manifest).wanted).toEqual(['linux-x64 2.31 name']);
  });

  it('refuses two versions of glibc for one target, and what is none', () => {
    const usage = expect.objectContaining({ code: 'CPEX_E_USAGE', exit: 2 });
    expect(() => chosen('c', ['x86_64-linux-gnu.2.17', 'x86_64-linux-gnu.2.28'])).toThrow(usage);
    for (const bad of ['9', '2', '2.x', 'newest', '2.17.1.1', ' 2.17'])
      expect(() => chosen('c', [], {}, bad)).toThrow(usage);
  });

  it('refuses what does not exist and what no machine can build, before anything is looked for', () => {
    expect(() => chosen('c', ['linux-x64', 'linux-x46'])).toThrow(
      expect.objectContaining({ code: 'CPEX_E_TARGET_UNKNOWN', exit: 2, remedy: 'Did you mean linux-x64?' }),
    );
    expect(() => chosen('go', ['all', 'linux-arm64-musl'])).toThrow(
      expect.objectContaining({
        code: 'CPEX_E_BUILD_IMPOSSIBLE',
        message: 'Go cannot make a plugin for linux-arm64-musl.',
        exit: 2,
        remedy: expect.stringMatching(/glibc/),
      }),
    );
  });

  it.each([
    ['linux-x64,linux-arm64', /^Name each target by itself: --target \S+ --target \S+\.$/],
    ['linux-x64 linux-arm64', /^Name each target by itself/],
    ['macos', /^Did you mean darwin-x64, darwin-arm64 or darwin-universal\?$/],
    ['FreeBSD', /^Did you mean freebsd-x64\?$/],
    ['', /^Use one of the names above\.$/],
    ['amd64', /^Use one of the names above\.$/],
  ])('says what to do about %j', (name, remedy) => {
    expect(() => chosen('c', [name])).toThrow(expect.objectContaining({ remedy: expect.stringMatching(remedy) }));
  });
});

describe('what --target all means', () => {
  it('is every target, those that no machine can build being listed', () => {
    expect(chosen('rust', ['all']).wanted.map((line) => line.split(' ')[0])).toEqual(TARGET_NAMES);
    const { wanted, skipped } = chosen('go', ['ALL']);
    expect(wanted).toHaveLength(TARGET_NAMES.length - 2);
    expect(skipped.map(({ target, kind }) => [target, kind])).toEqual([
      ['linux-x64-musl', 'impossible'],
      ['linux-arm64-musl', 'impossible'],
    ]);
    expect(skipped[0]).toMatchObject({ reason: expect.stringContaining('golang/go#54805') });
  });

  it('is the targets of cpex.yaml where it lists some, in its spellings', () => {
    const targets = ['windows-x64', 'x86_64-linux-gnu.2.17', 'linux-x64-musl', 'linux/amd64'];
    const { wanted, skipped } = chosen('go', ['all'], { targets });
    expect(wanted).toEqual(['windows-x64  manifest', 'linux-x64 2.17 manifest']);
    expect(skipped.map(({ target }) => target)).toEqual(['linux-x64-musl']);
  });

  it('keeps a named target first, and named', () => {
    const { wanted } = chosen('c', ['darwin-arm64', 'all'], { targets: ['linux-x64', 'darwin-arm64'] });
    expect(wanted).toEqual(['darwin-arm64  name', 'linux-x64  manifest']);
  });
});

/** A prepared target of which only the names count. */
function prepared(target: TargetName, slices: readonly PreparedTarget[] = []): PreparedTarget {
  return { plan: { target }, request: {}, slices } as unknown as PreparedTarget;
}

describe('the C libraries that zig builds', () => {
  const plan = (source: 'zig' | 'cross-gcc', glibc = '2.17') => {
    const tool = { name: 'zig', version: '0.17.1', path: '/zig' };
    const compiler = { source, tool, argv: ['/zig', 'cc', '-target', `x86_64-linux-gnu.${glibc}`], why: '' };
    return { mode: 'release', toolchain: { compiler } } as unknown as TargetPlan;
  };

  it('are remembered for each target, and asked of no other compiler', async () => {
    const env = { HOME: freshFolder('home'), XDG_CACHE_HOME: undefined, LOCALAPPDATA: freshFolder('local') };
    expect(
      coldLibraries([plan('cross-gcc'), { mode: 'release', toolchain: {} } as unknown as TargetPlan], env),
    ).toEqual([]);
    const cold = coldLibraries([plan('zig'), plan('zig', '2.28')], env);
    expect(new Set(cold).size).toBe(2);
    await rememberLibraries(cold.slice(0, 1));
    expect(coldLibraries([plan('zig'), plan('zig', '2.28')], env)).toEqual(cold.slice(1));
    expect(coldLibraries([plan('zig')], { ...env, ZIG_GLOBAL_CACHE_DIR: '/elsewhere' })).toHaveLength(1);
  });

  it.skipIf(process.platform !== 'linux')(
    'are built in turn where they cannot be remembered (needs a .cache)',
    async () => {
      const home = freshFolder('home');
      write(home, '.cache', '');
      const env = { HOME: home, XDG_CACHE_HOME: undefined };
      await rememberLibraries(coldLibraries([plan('zig')], env));
      expect(coldLibraries([plan('zig')], env)).toHaveLength(1);
    },
  );
});

describe('the jobs of a build', () => {
  const names = (jobs: ReturnType<typeof groupJobs>) =>
    jobs.map(({ parts, joined }) => [...parts, ...joined].map(({ plan }) => plan.target));
  const universal = () => prepared('darwin-universal', [prepared('darwin-x64'), prepared('darwin-arm64')]);

  it('are one for each target, in the order of the table', () => {
    const targets = [prepared('windows-x64'), prepared('linux-x64')];
    expect(names(groupJobs(targets, false))).toEqual([['linux-x64'], ['windows-x64']]);
  });

  it('build a slice that is wanted for itself once', () => {
    const targets = [prepared('darwin-arm64'), universal(), prepared('linux-x64')];
    expect(names(groupJobs(targets, false))).toEqual([
      ['linux-x64'],
      ['darwin-x64', 'darwin-arm64', 'darwin-universal'],
    ]);
  });

  it('are a single one where the tool takes all targets in one call', () => {
    const targets = [universal(), prepared('windows-x64'), prepared('linux-x64')];
    expect(names(groupJobs(targets, true))).toEqual([
      ['linux-x64', 'darwin-x64', 'darwin-arm64', 'windows-x64', 'darwin-universal'],
    ]);
    expect(groupJobs([], true)).toEqual([]);
  });

  it('run beside one another up to a limit, whatever becomes of some', async () => {
    let running = 0;
    let most = 0;
    const work = (fails: boolean) => async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setImmediate(done));
      running -= 1;
      if (fails) throw new Error('no');
      return 'yes';
    };
    const results = await runBeside([false, true, false, true, false].map(work), 2);
    expect(results.map(({ status }) => status)).toEqual(
      [false, true, false, true, false].map((fails) => (fails ? 'rejected' : 'fulfilled')),
    );
    expect(most).toBe(2);
  });

  it('take turns where they would disturb one another, also after a failure', async () => {
    const turn = new Turn();
    const seen: string[] = [];
    const step = (name: string) => async () => {
      seen.push(`${name} begins`);
      await new Promise((done) => setImmediate(done));
      seen.push(`${name} ends`);
      if (name === 'a') throw new Error('a fails');
    };
    await Promise.allSettled(['a', 'b', 'c'].map((name) => turn.take(step(name))));
    expect(seen).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });
});
