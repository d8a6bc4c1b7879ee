import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CpexEvent } from '../../src/model/event.js';
import { plainProgress } from '../../src/report/progress.js';
import { findTool } from '../../src/support/find-tool.js';
import { freshFolder, LOGIC, missingFor, removeFolders, replaceIn, tinyProject, write } from './projects.js';

// Whole builds of several targets in one test.
vi.setConfig({ testTimeout: 240_000 });

afterAll(removeFolders);

const BIN = path.resolve('bin/run.cjs');
const ARM64_GCC = 'aarch64-linux-gnu-gcc';
const MANIFEST =
  'manifest: 1\nid: tiny\nversion: "1.0.0"\nauthor: A\nlanguage: c\nhost: cpex\ncapabilities: ["hook:tool_pre_invoke"]\n';

function missing(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'needs linux-x64';
  return missingFor('c') ?? (spawnSync(ARM64_GCC, ['--version']).status === 0 ? undefined : `no ${ARM64_GCC}`);
}

const reason = missing();

/** A folder with what builds C for two targets, and nothing that builds for others. */
async function twoCompilers(): Promise<string> {
  const folder = freshFolder('bin');
  for (const name of ['cmake', 'ninja', 'make', 'gcc', ARM64_GCC, 'sh', 'as', 'ld', 'mount', 'cp', 'dd', 'rm']) {
    const real = await findTool(name, process.env);
    if (real !== undefined) symlinkSync(real, path.join(folder, name));
  }
  return folder;
}

/** The text with what differs from machine to machine replaced, blanks for alignment included. */
function stable(text: string): string {
  return text
    .replaceAll(/\d+\.\d s/g, 'T s')
    .replaceAll(/\d+(?:\.\d)? (?:B|KiB|MiB)/g, 'SIZE')
    .replaceAll(/(cmake|gcc) \d[\d.]*/g, '$1 VERSION')
    .replaceAll(/ {2,}/g, '  ');
}

describe.skipIf(reason !== undefined)(
  `cpex build for several targets${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let root: string;
    let env: NodeJS.ProcessEnv;
    const cpex = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
      spawnSync(process.execPath, [BIN, 'build', ...args], { cwd: root, encoding: 'utf8', env: { ...env, ...more } });
    const BOTH = ['--target', 'linux-x64', '--target', 'aarch64-linux-gnu'];

    beforeAll(async () => {
      ({ root } = tinyProject('c'));
      write(root, 'cpex.yaml', MANIFEST);
      env = { ...process.env, PATH: await twoCompilers(), ZIG: '', NO_COLOR: '1' };
    });

    it('prints a table on stdout and a line for each target on stderr', () => {
      const { status, stdout, stderr } = cpex(BOTH);
      expect(status).toBe(0);
      expect(stable(stdout)).toMatchInlineSnapshot(`
        "✓ linux-x64  cmake VERSION, gcc VERSION  SIZE  T s  dist/linux-x64/tiny.so
        ✓ linux-arm64  cmake VERSION, gcc VERSION  SIZE  T s  dist/linux-arm64/tiny.so
        2 of 2 targets are built.
        "
      `);
      expect(
        stderr
          .trimEnd()
          .split('\n')
          .map((line) => stable(line))
          .sort(),
      ).toEqual([
        'Wrote cpex/identity.h from cpex.yaml.',
        '✓ Built linux-arm64 T s · dist/linux-arm64/tiny.so',
        '✓ Built linux-x64 T s · dist/linux-x64/tiny.so',
      ]);
    });

    it('takes the targets from the variable, parted by commas', () => {
      const { status, stdout } = cpex(['--json'], { CPEX_BUILD_TARGET: 'host, linux/arm64' });
      const { result } = JSON.parse(stdout);
      expect([status, result.targets.map((one: { target: string }) => one.target)]).toEqual([
        0,
        ['linux-x64', 'linux-arm64'],
      ]);
    });

    it('lists under all what lacks a compiler, with the remedy', () => {
      write(root, 'cpex.yaml', `${MANIFEST}targets: [linux-x64, linux-arm64, windows-x64]\n`);
      const { status, stdout } = cpex(['--target', 'all']);
      expect(status).toBe(3);
      expect(stable(stdout).replace(/→ .*/, '→ REMEDY')).toMatchInlineSnapshot(`
        "✓ linux-x64  cmake VERSION, gcc VERSION  SIZE  T s  dist/linux-x64/tiny.so
        ✓ linux-arm64  cmake VERSION, gcc VERSION  SIZE  T s  dist/linux-arm64/tiny.so
        ! windows-x64: There is no C compiler for windows-x64.
          → REMEDY
        2 of 3 targets are built, 1 lacks tools.
        "
      `);
      write(root, 'cpex.yaml', MANIFEST);
      expect(cpex(['--target', 'all']).status).toBe(0);
      expect(cpex(['--target', 'windows-x64']).status).toBe(3);
    });

    it('shows what failed with the words of its tool, and goes on with the others', () => {
      const tools = freshFolder('tools');
      write(tools, 'cc', `#!/bin/sh\n[ "$1" = --version ] && exec gcc "$@"\necho 'out of spirits' >&2\nexit 1\n`);
      chmodSync(path.join(tools, 'cc'), 0o755);
      const broken = { CC_linux_arm64: path.join(tools, 'cc') };
      const { status, stdout, stderr } = cpex(BOTH, broken);
      expect(status).toBe(1);
      expect(stable(stdout)).toMatchInlineSnapshot(`
        "✓ linux-x64  cmake VERSION, gcc VERSION  SIZE  T s  dist/linux-x64/tiny.so unchanged
        ✗ linux-arm64  cmake VERSION, gcc VERSION  T s  failed
        1 of 2 targets is built, 1 failed.
        "
      `);
      expect(stderr).toContain('out of spirits');
      expect(stderr).toContain('linux-arm64\n');
      expect(stderr).toContain('CPEX_E_BUILD_FAILED');
      const json = JSON.parse(cpex([...BOTH, '--json'], broken).stdout);
      expect(json).toMatchObject({
        ok: false,
        result: { exit: 1, failures: [{ target: 'linux-arm64', error: { code: 'CPEX_E_BUILD_FAILED', exit: 1 } }] },
      });
      expect(cpex(['--target', 'linux-arm64'], broken)).toMatchObject({ status: 1, stdout: '' });
    });

    it('says with --verbose which compiler each gets and why, the lines of each in one block', () => {
      const { stderr } = cpex([...BOTH, '--verbose', '--force']);
      expect(stderr).toMatch(/^linux-x64: gcc .*: it is the compiler of this machine$/m);
      expect(stderr).toMatch(/^linux-arm64: gcc .*aarch64-linux-gnu-gcc: /m);
      const lines = stderr.split('\n').filter((line) => /^ {2}|^[·✓]/.test(line));
      const begins = lines.flatMap((line, index) => (line.startsWith('· Build') ? [index] : []));
      const ends = lines.flatMap((line, index) => (line.startsWith('✓ Built') ? [index] : []));
      expect(begins[1]).toBe((ends[0] ?? -9) + 1);
    });

    it('says why with --explain, and what it would do with --dry-run', () => {
      const { stdout } = cpex([...BOTH, '--explain']);
      expect(stdout).toMatch(/linux-arm64\n {2}compiler: gcc .*aarch64-linux-gnu-gcc\): /);
      const plan = cpex(['--target', 'all', '--dry-run']).stdout;
      expect(plan).toContain('linux-arm64 (release)');
      expect(plan).toContain('- windows-x64: ');
    });

    it.each([
      ['linux-x46', 'CPEX_E_TARGET_UNKNOWN', 2],
      ['x86_64-linux-gnu.2.17,linux-x64.2.18', 'CPEX_E_USAGE', 2],
    ])('refuses --target %s', (targets, code, exit) => {
      const { status, stderr } = cpex([], { CPEX_BUILD_TARGET: targets });
      expect([status, stderr.includes(code)]).toEqual([exit, true]);
    });

    it('says which limit of the system a file met, and keeps the last library', () => {
      expect(cpex(BOTH).status).toBe(0);
      const library = path.join(root, 'dist', 'linux-arm64', 'tiny.so');
      const before = readFileSync(library);
      replaceIn(path.join(root, LOGIC.c), '? 1 :', '? 9 :');
      // 30 KiB: gcc's libraries for this machine are smaller, those for arm64 with its larger pages are not.
      const limited = ['-c', 'ulimit -f 60; exec "$0" "$@"', process.execPath, BIN, 'build', ...BOTH];
      const { status, stdout, stderr } = spawnSync('sh', limited, { cwd: root, encoding: 'utf8', env });
      expect(status, stderr).toBe(1);
      expect(stdout).toMatch(/✓ linux-x64 [\s\S]*✗ linux-arm64 /);
      expect(stderr).toContain('ulimit -f unlimited');
      expect(readFileSync(library).equals(before)).toBe(true);
      expect(cpex(BOTH).status).toBe(0);
      expect(readFileSync(library).equals(before)).toBe(false);
    });

    const canMount = spawnSync('unshare', ['-m', 'true']).status === 0;
    const fullDisk = 'says that the disk is full, and builds once there is room (needs the right to mount)';
    it.skipIf(!canMount)(fullDisk, () => {
      const disk = path.join(realpathSync(freshFolder('disk')), 'project');
      mkdirSync(disk);
      const script = [
        'mount -t tmpfs -o size=2m tmpfs "$2" && cp -r "$3"/cpex.yaml "$3"/CMakeLists.txt "$3"/src "$2" && cd "$2"',
        // What is left holds the configuration, and no library.
        '"$4" "$1" build --target host --target linux-arm64 --dry-run > /dev/null || exit 90',
        'dd if=/dev/zero of=ballast bs=1k count=2040 2> /dev/null',
        '"$4" "$1" build --target host --target linux-arm64 --json; echo "exit $?"',
        'rm ballast; "$4" "$1" build --target host --target linux-arm64 --json; echo "exit $?"',
      ].join('\n');
      const args = ['-m', 'sh', '-c', script, 'sh', BIN, disk, root, process.execPath];
      const { stdout, stderr } = spawnSync('unshare', args, {
        encoding: 'utf8',
        env: { ...env, PATH: process.env.PATH },
      });
      const [full, roomy] = stdout.split(/(?<=\nexit \d+\n)/);
      expect(full, stderr).toMatch(/disk is full/i);
      expect(full).toMatch(/exit [13]\n$/);
      expect(roomy, stderr).toMatch(/"ok": ?true[\s\S]*exit 0\n$/);
    });

    it('leaves nothing but libraries and records in dist', () => {
      const all = (readdirSync(path.join(root, 'dist'), { recursive: true }) as string[]).sort();
      expect(all).toEqual([
        'linux-arm64',
        'linux-arm64/build.json',
        'linux-arm64/tiny.so',
        'linux-x64',
        'linux-x64/build.json',
        'linux-x64/tiny.so',
      ]);
    });
  },
);

describe('lines of several tasks', () => {
  const task = (id: string): CpexEvent[] => [
    { type: 'task.start', id, title: `Build ${id}` },
    { type: 'task.line', id, stream: 'stdout', line: `${id} compiles` },
    { type: 'task.end', id, title: `Built ${id}`, outcome: 'done', durationMs: 1000 },
  ];
  const shown = (events: readonly CpexEvent[]) => {
    let text = '';
    const print = plainProgress({ quiet: false, verbose: true, cwd: '/', write: (more) => (text += more) });
    for (const event of events) print(event);
    return text.split('\n').filter(Boolean);
  };
  const [a, b] = [task('a'), task('b')] as const;

  it('are kept apart', () => {
    const plan: CpexEvent = { type: 'task.plan', tasks: ['a', 'b'].map((id) => ({ id, title: id })) };
    const mixed = a.flatMap((event, index) => [event, b[index] ?? event]);
    const lines = shown([plan, ...mixed]).map((line) => line.replace(/ 1.0 s/, ''));
    expect(lines).toEqual(['· Build a', '  a compiles', '✓ Built a', '· Build b', '  b compiles', '✓ Built b']);
  });

  it('come at once from a single one', () => {
    expect(shown([{ type: 'task.plan', tasks: [{ id: 'a', title: 'a' }] }, ...a.slice(0, 2)])).toEqual([
      '· Build a',
      '  a compiles',
    ]);
  });
});
