import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { buildProject } from '../../src/build/service.js';
import type { Language } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { freshFolder, missingFor, optionsFor, removeFolders, testContext, tinyProject, write } from './projects.js';

afterAll(removeFolders);

// Several waits in one test, each with its own limit.
vi.setConfig({ testTimeout: 240_000 });

/** A C compiler that writes down its id and a child's, then sleeps, except when asked for its version. */
const SLEEPER = `#!/bin/sh
case "$1" in --version|-E|"-###"|-dumpmachine) exec gcc "$@" ;; esac
sleep 300 &
echo "$$ $!" > "$MARKER.part" && mv "$MARKER.part" "$MARKER"
wait
`;

const LANGUAGES: readonly Language[] = process.platform === 'win32' ? [] : ['c', 'go', 'rust'];

for (const language of LANGUAGES) {
  const missing = missingFor(language);
  describe.skipIf(missing !== undefined)(
    `interrupting ${language}${missing === undefined ? '' : ` (${missing})`}`,
    () => {
      it('ends every process of the tool and leaves neither library nor temporary file', async () => {
        const project = tinyProject(language);
        const tools = freshFolder('tools');
        write(tools, 'slow-gcc', SLEEPER);
        chmodSync(path.join(tools, 'slow-gcc'), 0o755);
        const marker = path.join(tools, 'marker');
        // cargo takes its linker from its own variable.
        const slow = path.join(tools, 'slow-gcc');
        const linker = language === 'rust' ? { RUSTFLAGS: `-Clinker=${slow}` } : { CC: slow };
        const context = testContext({ ...process.env, ...linker, MARKER: marker, GOCACHE: path.join(tools, 'cache') });
        const building = buildProject(optionsFor(project), context).catch((error: unknown) => error);
        await vi.waitFor(() => expect(existsSync(marker)).toBe(true), { timeout: 50_000, interval: 20 });
        const pids = readFileSync(marker, 'utf8').trim().split(' ').map(Number);
        expect(pids.every(isRunning)).toBe(true);
        context.abort();
        expect(await building).toMatchObject({ code: 'CPEX_E_INTERRUPTED', exit: 130 });
        await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 60_000, interval: 20 });
        expect(existsSync(path.join(project.root, 'dist'))).toBe(false);
        const all = readdirSync(path.join(project.root, '.cpex'), { recursive: true }) as string[];
        expect(all.filter((name) => name.endsWith('.tmp') || path.basename(name) === 'lock')).toEqual([]);
      });
    },
  );
}

/** A project for several targets whose compilers hang, and the ids of the processes that do. */
function hanging() {
  const { root } = tinyProject('c');
  write(root, 'cpex.yaml', MANIFEST);
  const tools = freshFolder('tools');
  // Each names its processes; while `free` is there it compiles.
  const script = (real: string) => `#!/bin/sh
[ -e '${tools}/free' ] && exec ${real} "$@"
case "$1" in --version|-E|"-###"|-dumpmachine) exec ${real} "$@" ;; esac
case "$*" in *CMakeCCompilerId*|*CMakeFiles/CMakeTmp*|*CMakeScratch*|*cmTC_*) exec ${real} "$@" ;; esac
sleep 300 &
echo "$$ $!" > '${tools}'/"$(basename "$0").part" && mv '${tools}'/"$(basename "$0").part" '${tools}'/"$(basename "$0").pids"
wait
`;
  for (const [name, real] of Object.entries({ 'slow-host': 'gcc', 'slow-arm64': ARM64_GCC })) {
    write(tools, name, script(real));
    chmodSync(path.join(tools, name), 0o755);
  }
  const file = (name: string) => path.join(tools, name);
  const env = { ...process.env, CC: file('slow-host'), CC_linux_arm64: file('slow-arm64') };
  const pids = () =>
    ['slow-host', 'slow-arm64'].flatMap((name) =>
      existsSync(file(`${name}.pids`))
        ? readFileSync(file(`${name}.pids`), 'utf8')
            .trim()
            .split(' ')
            .map(Number)
        : [],
    );
  return { root, env, pids, free: () => writeFileSync(file('free'), '') };
}

const ARM64_GCC = 'aarch64-linux-gnu-gcc';

const MANIFEST =
  'manifest: 1\nid: tiny\nversion: "1.0.0"\nauthor: A\nlanguage: c\nhost: cpex\ncapabilities: ["hook:tool_pre_invoke"]\n';

/** The command line, building for both targets. */
function start(root: string, env: NodeJS.ProcessEnv): { child: ChildProcess; ended: Promise<unknown> } {
  const args = [path.resolve('bin/run.cjs'), 'build', '--target', 'host', '--target', 'linux-arm64'];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'ignore' });
  return { child, ended: new Promise((done) => child.on('exit', (code, signal) => done(code ?? signal))) };
}

const noArm64 = spawnSync(ARM64_GCC, ['--version']).status === 0 ? undefined : `no ${ARM64_GCC}`;
const noSeveral = process.platform === 'win32' ? 'needs a POSIX shell' : (missingFor('c') ?? noArm64);

describe.skipIf(noSeveral !== undefined)(
  `interrupting a build of several targets${noSeveral === undefined ? '' : ` (${noSeveral})`}`,
  () => {
    it('ends all of them with Ctrl-C, and places nothing', async () => {
      const { root, env, pids } = hanging();
      const { child, ended } = start(root, env);
      await vi.waitFor(() => expect(pids()).toHaveLength(4), { timeout: 60_000, interval: 50 });
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      await vi.waitFor(() => expect(pids().filter(isRunning)).toEqual([]), { timeout: 60_000, interval: 50 });
      expect(existsSync(path.join(root, 'dist'))).toBe(false);
      const all = readdirSync(path.join(root, '.cpex'), { recursive: true }) as string[];
      expect(all.filter((name) => name.endsWith('.tmp') || path.basename(name) === 'lock')).toEqual([]);
    });

    it('leaves nothing that stands in the way of the next build when it is killed', async () => {
      const { root, env, pids, free } = hanging();
      const { child, ended } = start(root, env);
      await vi.waitFor(() => expect(pids()).toHaveLength(4), { timeout: 60_000, interval: 50 });
      child.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
      // Nobody was left to end them.
      for (const pid of pids()) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      // What a compiler that was killed leaves: half of a file, newer than its source.
      const objects = path.join(root, '.cpex', 'build', hostTarget().name, 'cmake', 'CMakeFiles', 'tiny.dir', 'src');
      write(objects, 'plugin.c.o', 'half');
      free();
      const again = start(root, env);
      expect(await again.ended).toBe(0);
      expect(readdirSync(path.join(root, 'dist')).sort()).toEqual(['linux-arm64', hostTarget().name].sort());
    });
  },
);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  // A zombie waits only for its parent.
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
