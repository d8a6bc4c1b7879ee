import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LANGUAGES, type Language, type TargetName } from '../../src/model/target.js';
import { TARGET_NAMES } from '../../src/project/targets/table.js';
import { renderCi } from '../../src/report/ci-text.js';
import { githubWorkflow } from '../../src/scaffold/ci/github.js';
import { markedText } from '../../src/scaffold/ci/marked-text.js';
import { type CiRequest, writeWorkflow } from '../../src/scaffold/ci/service.js';
import { contentHash, RECORD_FILE } from '../../src/scaffold/record.js';
import { make, testContext, workFolder } from './temporary.js';

interface Step {
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly 'runs-on': string;
  readonly strategy?: {
    readonly 'fail-fast': boolean;
    readonly matrix: { readonly include: Record<string, unknown>[] };
  };
  readonly defaults?: { readonly run: { readonly 'working-directory': string } };
  readonly steps: Step[];
}

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

let folder: Awaited<ReturnType<typeof workFolder>>;
let cwd: string;
beforeEach(async () => {
  folder = await workFolder();
  cwd = folder.path;
});
afterEach(() => folder.remove());

const FILE = '.github/workflows/cpex.yml';
const workflowOf = (text: string) => parse(text) as Workflow;
const runs = (job: Job | undefined) => (job?.steps ?? []).flatMap(({ run }) => run ?? []);

function generated(
  language: Language,
  targets: readonly TargetName[],
  more: { cross?: boolean; folder?: string; glibc?: string } = {},
) {
  const text = markedText(
    githubWorkflow({ language, targets, cross: false, folder: '.', cpex: '1.2.3', madeBy: 'cpex ci github', ...more }),
  );
  return workflowOf(text);
}

/** What GitHub demands of every workflow, as far as ours can break it. */
function expectSound(workflow: Workflow): void {
  expect(Object.keys(workflow.on)).toEqual(['push', 'pull_request']);
  expect(workflow.permissions).toEqual({ contents: 'read' });
  for (const job of Object.values(workflow.jobs)) {
    expect(job['runs-on']).toBeTruthy();
    if (job.needs !== undefined) expect(Object.keys(workflow.jobs)).toContain(job.needs);
    for (const step of job.steps) {
      expect([step.uses, step.run].filter((one) => one !== undefined)).toHaveLength(1);
      if (step.uses !== undefined) expect(step.uses).toMatch(/^actions\/[a-z-]+@v\d+$/);
      // Whatever a step reads from the matrix has to be in it.
      for (const [, key = ''] of JSON.stringify(step).matchAll(/matrix\.([a-z]+)/g)) {
        const entries = job.strategy?.matrix.include ?? [];
        expect(
          entries.some((entry) => key in entry),
          key,
        ).toBe(true);
        if (step.if === undefined)
          expect(
            entries.every((entry) => key in entry),
            key,
          ).toBe(true);
      }
    }
  }
}

describe('the workflow for GitHub', () => {
  for (const language of LANGUAGES) {
    it(`builds every target of ${language} on a machine of its own kind`, () => {
      const workflow = generated(language, TARGET_NAMES);
      expectSound(workflow);
      expect(Object.keys(workflow.jobs)).toEqual(['build', 'package']);
      const include = workflow.jobs.build?.strategy?.matrix.include ?? [];
      expect(include.map(({ target }) => target)).toEqual(TARGET_NAMES);
      const runners = Object.fromEntries(include.map(({ target, runner }) => [target, runner]));
      expect(runners).toMatchObject({
        'linux-x64': expect.stringMatching(/^ubuntu-[\d.]+$/),
        'linux-arm64': expect.stringMatching(/^ubuntu-[\d.]+-arm$/),
        'darwin-x64': expect.stringMatching(/^macos-\d+-intel$/),
        'darwin-arm64': expect.stringMatching(/^macos-\d+$/),
        'darwin-universal': expect.stringMatching(/^macos-\d+$/),
        'windows-x64': expect.stringMatching(/^windows-\d+$/),
        'windows-arm64': expect.stringMatching(/^windows-\d+-arm$/),
        'freebsd-x64': expect.stringMatching(/^ubuntu/),
      });
      const zig = include.filter((entry) => entry.zig === true).map(({ target }) => target);
      expect(zig).toEqual(['linux-x64-musl', 'linux-arm64-musl', 'windows-arm64', 'freebsd-x64']);
      const universal = include.find(({ target }) => target === 'darwin-universal');
      expect(universal?.rust).toBe(language === 'rust' ? 'x86_64-apple-darwin aarch64-apple-darwin' : undefined);
      // The tools come before cpex is asked to build, and the upload after it has tested.
      const order = runs(workflow.jobs.build).map((run) => run.split(' ').slice(0, 2).join(' '));
      expect(order.indexOf('cpex build')).toBeGreaterThan(order.indexOf('npm install'));
      expect(order.at(-1)).toBe('cpex test');
      expect(workflow.jobs.build?.steps.at(-1)).toMatchObject({
        uses: 'actions/upload-artifact@v4',
        with: { path: 'dist/' },
      });
    });

    it(`builds every target of ${language} on one machine when that is wanted`, () => {
      const workflow = generated(language, TARGET_NAMES, { cross: true });
      expectSound(workflow);
      const { build } = workflow.jobs;
      expect(build?.strategy).toBeUndefined();
      const all = TARGET_NAMES.map((name) => ` --target ${name}`).join('');
      expect(runs(build)).toContain(`cpex build${all}`);
      expect(runs(build).filter((run) => run.startsWith('cpex test '))).toHaveLength(TARGET_NAMES.length);
      expect(runs(build).join('\n')).toContain('gcc-aarch64-linux-gnu gcc-mingw-w64-x86-64');
    });
  }

  it('installs only what the targets need', () => {
    const text = JSON.stringify(generated('c', ['linux-x64', 'darwin-arm64', 'windows-x64']));
    expect(text).not.toMatch(/apt-get|ziglang|rustup|setup-go/);
    expect(JSON.stringify(generated('c', ['linux-x64'], { cross: true }))).not.toMatch(/apt-get|ziglang/);
    expect(JSON.stringify(generated('go', ['linux-x64']))).toContain('actions/setup-go@v5');
    // An older glibc can be had from zig alone.
    expect(generated('c', ['linux-x64'], { glibc: '2.17' }).jobs.build?.strategy?.matrix.include[0]?.zig).toBe(true);
  });

  it('packages what a tag names, from the libraries of all jobs', () => {
    const job = generated('rust', ['linux-x64', 'windows-x64']).jobs.package;
    expect(job).toMatchObject({ needs: 'build', if: "startsWith(github.ref, 'refs/tags/')" });
    expect(job?.steps.find(({ uses }) => uses?.startsWith('actions/download-artifact'))?.with).toEqual({
      pattern: 'plugin-*',
      path: 'dist',
      'merge-multiple': true,
    });
    expect(runs(job)).toEqual(['npm install --global cpex@1.2.3', 'cpex package --target all --no-build']);
  });

  it('works in a folder of the repository', () => {
    const { build, package: pack } = generated('go', ['linux-x64'], { folder: 'plugins/a "b"' }).jobs;
    for (const job of [build, pack]) expect(job?.defaults?.run['working-directory']).toBe('plugins/a "b"');
    expect(build?.steps.at(-1)?.with?.path).toBe('plugins/a "b"/dist/');
  });
});

describe('cpex ci', () => {
  let root: string;
  let file: string;

  beforeEach(async () => {
    await make({ name: 'p', language: 'c', author: 'A' }, testContext(cwd));
    root = path.join(cwd, 'p');
    file = path.join(root, FILE);
  });

  const request = (more: Partial<CiRequest> = {}): CiRequest => ({
    targets: [],
    cross: undefined,
    check: false,
    dryRun: false,
    force: false,
    ...more,
  });
  const ci = (more: Partial<CiRequest> = {}) => writeWorkflow(request(more), testContext(root));
  const text = () => readFileSync(file, 'utf8');
  const targetsOf = () => workflowOf(text()).jobs.build?.strategy?.matrix.include.map(({ target }) => target);

  it('finds the workflow of a new project up to date, and keeps its targets', async () => {
    expect(targetsOf()).toEqual(['linux-x64']);
    const before = text();
    expect(await ci({ check: true })).toMatchObject({ ok: true, action: 'keep', regions: [], diff: [] });
    expect(await ci()).toMatchObject({ ok: true, action: 'keep' });
    expect(text()).toBe(before);
  });

  it('changes targets and way when told to, and remembers both', async () => {
    const some = await ci({ targets: ['windows-x64', 'linux/amd64', 'linux-x64'] });
    expect(some).toMatchObject({ action: 'update', targets: ['linux-x64', 'windows-x64'] });
    expect(targetsOf()).toEqual(['linux-x64', 'windows-x64']);
    expect(await ci({ check: true })).toMatchObject({ ok: true });
    await ci({ cross: true });
    expect(runs(workflowOf(text()).jobs.build)).toContain('cpex build --target linux-x64 --target windows-x64');
    await ci({ targets: ['all'] });
    expect(runs(workflowOf(text()).jobs.build).find((run) => run.startsWith('cpex build'))).toContain('freebsd-x64');
    await ci({ cross: false });
    expect(targetsOf()).toEqual(TARGET_NAMES);
  });

  it('means by all what cpex.yaml lists, also later', async () => {
    await ci({ targets: ['all'] });
    const manifest = path.join(root, 'cpex.yaml');
    writeFileSync(manifest, `${readFileSync(manifest, 'utf8')}targets: [darwin-arm64, linux-x64]\n`);
    expect(await ci({ check: true })).toMatchObject({
      ok: false,
      action: 'update',
      regions: [{ name: 'build', state: 'stale' }],
    });
    await ci();
    expect(targetsOf()).toEqual(['linux-x64', 'darwin-arm64']);
  });

  it('keeps every byte outside its marks', async () => {
    const edited = text()
      .replace('  push:\n', '  push:\n    branches: [ main ]   # mine\n')
      .replace(/( +# Steps of yours.*\n)/, '$1      - run: sudo apt-get install --yes libfoo-dev\n')
      .concat('  mine:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: "true"\n');
    writeFileSync(file, edited);
    expect(await ci({ check: true })).toMatchObject({ ok: true });
    await ci({ targets: ['linux-arm64'] });
    const outside = (whole: string) =>
      whole.replaceAll(/ *# >>> cpex ci (\S+)[\s\S]*?# <<< cpex ci \1 <<<\n/g, '[$1]\n');
    expect(outside(text())).toBe(outside(edited));
    expect(targetsOf()).toEqual(['linux-arm64']);
    const { jobs } = workflowOf(text());
    expect(Object.keys(jobs)).toEqual(['build', 'package', 'mine']);
    expect(runs(jobs.build)).toContain('sudo apt-get install --yes libfoo-dev');
  });

  it('keeps the line ends of Windows', async () => {
    writeFileSync(file, text().replaceAll('\n', '\r\n'));
    expect(await ci({ check: true })).toMatchObject({ ok: true });
    await ci({ targets: ['linux-arm64'] });
    expect(text().replaceAll('\r\n', '')).not.toContain('\n');
    expect(targetsOf()).toEqual(['linux-arm64']);
  });

  it('refuses edits inside its marks, shows them, and with force keeps the old text', async () => {
    const edited = text().replace('node-version: 20', 'node-version: 24');
    writeFileSync(file, edited);
    const error = await ci().catch((thrown: unknown) => thrown as { code: string; message: string; output: string[] });
    expect(error).toMatchObject({ code: 'CPEX_E_CI_EDITED', message: 'cpex.yml was edited where cpex writes: build.' });
    const { output } = error as { output: string[] };
    expect(output.filter((line) => /^[-+]/.test(line))).toEqual([
      '-          node-version: 24',
      '+          node-version: 20',
    ]);
    expect(await ci({ check: true })).toMatchObject({ ok: false, regions: [{ name: 'build', state: 'edited' }] });
    expect(text()).toBe(edited);
    const forced = await ci({ force: true });
    expect(forced).toMatchObject({ action: 'replace', saved: `${file}.orig` });
    expect(readFileSync(`${file}.orig`, 'utf8')).toBe(edited);
    expect(text()).toContain('node-version: 20');
    // An earlier copy stays.
    writeFileSync(file, edited.replace('24', '25'));
    expect(await ci({ force: true })).toMatchObject({ saved: `${file}.orig.2` });
    expect(readFileSync(`${file}.orig`, 'utf8')).toBe(edited);
  });

  it('fills an empty pair of marks, and leaves out what is switched off', async () => {
    const pack = / {2}# >>> cpex ci package[\s\S]*# <<< cpex ci package <<<\n/;
    writeFileSync(file, text().replace(pack, '# >>> cpex ci package >>>\n# <<< cpex ci package <<<\n'));
    await ci();
    expect(Object.keys(workflowOf(text()).jobs)).toEqual(['build', 'package']);
    writeFileSync(file, text().replace(pack, '  # cpex ci off: package\n'));
    expect(await ci({ check: true })).toMatchObject({ ok: true });
    await ci({ targets: ['linux-arm64'] });
    expect(Object.keys(workflowOf(text()).jobs)).toEqual(['build']);
  });

  const BROKEN: readonly (readonly [string, (whole: string) => string, RegExp])[] = [
    ['a lost end', (whole) => whole.replace(/ *# <<< cpex ci steps <<<\n/, ''), /begins inside steps/],
    [
      'a lost beginning',
      (whole) => whole.replace(/ *# >>> cpex ci steps.*\n/, ''),
      /steps ends where it did not begin/,
    ],
    [
      'a region that is gone',
      (whole) => whole.replace(/ *# >>> cpex ci package[\s\S]*/, ''),
      /the region package is not there/,
    ],
    [
      'a region twice',
      (whole) => whole + (/ *# >>> cpex ci package[\s\S]*/.exec(whole)?.[0] ?? ''),
      /package begins a second time/,
    ],
    ['a file of somebody else', () => 'name: mine\non: push\njobs: {}\n', /the region about is not there/],
    ['an empty file', () => '', /the region about is not there/],
  ];
  it.each(BROKEN)('refuses %s', async (_, breakIt, problem) => {
    const broken = breakIt(text());
    writeFileSync(file, broken);
    const error = await ci().catch((thrown: unknown) => thrown as { evidence: string[] });
    expect(error).toMatchObject({ code: 'CPEX_E_CI_MARKS' });
    expect((error as { evidence: string[] }).evidence.join('\n')).toMatch(problem);
    expect(text()).toBe(broken);
    expect((await ci({ check: true })).ok).toBe(false);
    await ci({ force: true });
    expect(readFileSync(`${file}.orig`, 'utf8')).toBe(broken);
    expectSound(workflowOf(text()));
  });

  it('replaces what an earlier cpex new wrote without marks, unless it was edited', async () => {
    const old = 'name: cpex\non: push\njobs: {}\n';
    const recordFile = path.join(root, RECORD_FILE);
    const record = JSON.parse(readFileSync(recordFile, 'utf8')) as { files: Record<string, string> };
    writeFileSync(recordFile, JSON.stringify({ ...record, files: { ...record.files, [FILE]: contentHash(old) } }));
    writeFileSync(file, `${old}# mine\n`);
    await expect(ci()).rejects.toMatchObject({ code: 'CPEX_E_CI_MARKS' });
    writeFileSync(file, old);
    expect(await ci()).toMatchObject({ action: 'update' });
    expect(readdirSync(path.dirname(file))).toEqual(['cpex.yml']);
    expectSound(workflowOf(text()));
  });

  it('writes to the top of a repository with several projects, a file for each', async () => {
    mkdirSync(path.join(cwd, '.git'));
    const outcome = await ci({ targets: ['linux-x64'] });
    const workflow = path.join(cwd, '.github/workflows/cpex-p.yml');
    expect(outcome).toMatchObject({ file: workflow, action: 'create' });
    const { build } = workflowOf(readFileSync(workflow, 'utf8')).jobs;
    expect(build?.defaults?.run['working-directory']).toBe('p');
    expect(build?.steps.at(-1)?.with?.path).toBe('p/dist/');
  });

  it('writes nothing with dry-run and check', async () => {
    const before = text();
    const dry = await ci({ targets: ['linux-arm64'], dryRun: true });
    expect(dry).toMatchObject({ action: 'update', ok: true });
    expect(renderCi(dry, root)).toMatch(/^Would update \.github\/workflows\/cpex\.yml\n[\s\S]*\+.*linux-arm64/);
    const checked = await ci({ targets: ['linux-arm64'], check: true });
    expect(renderCi(checked, root)).toMatch(
      /^✗ \.github\/workflows\/cpex\.yml is not up to date: about stale, build stale\n/,
    );
    expect(text()).toBe(before);
    expect(existsSync(`${file}.orig`)).toBe(false);
  });

  it('refuses impossible pairs when they are named, and leaves them out of all', async () => {
    await make({ name: 'g', language: 'go', author: 'A' }, testContext(cwd));
    const context = testContext(path.join(cwd, 'g'));
    await expect(writeWorkflow(request({ targets: ['linux-x64-musl'] }), context)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_IMPOSSIBLE',
    });
    const { targets } = await writeWorkflow(request({ targets: ['all'] }), context);
    expect(targets).toEqual(TARGET_NAMES.filter((name) => !name.endsWith('musl')));
    await expect(ci({ targets: ['amiga'] })).rejects.toMatchObject({ code: 'CPEX_E_TARGET_UNKNOWN' });
  });
});
