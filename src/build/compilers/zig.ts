import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { compareVersions } from '../../audit/version-order.js';
import type { Target } from '../../model/target.js';
import { findTool } from '../../support/find-tool.js';
import { runTool } from '../../support/tools.js';
import { type Environment, type Probe, type ProbeOptions, probeTool } from '../find-toolchain.js';

/** Time for Python to start and find a package, in milliseconds. */
const PYTHON_MS = 20_000;

/** What was found of zig, and where it was looked for. */
export interface ZigProbe {
  readonly probe: Probe;
  /** The variable or place that led to it, for {@link CompilerChoice.why}; places searched where it is missing. */
  readonly from: string;
}

/**
 * zig from the variable `ZIG`, from PATH, or from the Python wheel `ziglang`. One that does not say its
 * version, or has lost its library folder, is broken: the next place is not tried, since it was installed on purpose.
 */
export async function probeZig(options: ProbeOptions): Promise<ZigProbe> {
  const { env } = options;
  const named = env.ZIG?.trim();
  if (named) return { probe: await examine(named, options), from: 'ZIG names it' };
  const onPath = await examine(undefined, options);
  if (onPath.state !== 'missing') return { probe: onPath, from: 'zig is on PATH' };
  const wheel = await findWheel(options);
  if (wheel === undefined) return { probe: onPath, from: 'ZIG, PATH, the Python package ziglang' };
  return { probe: await examine(wheel, options), from: 'the Python package ziglang holds it' };
}

async function examine(named: string | undefined, options: ProbeOptions): Promise<Probe> {
  const { cwd: _folder, ...anywhere } = options;
  const found = await probeTool('zig', named === undefined ? anywhere : options, named);
  if (found.state === 'missing' && named !== undefined && path.isAbsolute(named)) {
    return { state: 'broken', path: named, said: 'there is no such executable' };
  }
  if (found.state !== 'good' || zigLibrary(found.tool.path, options.env) !== undefined) return found;
  return { state: 'broken', path: found.tool.path, said: 'its library folder (lib/std, lib/libc) is missing' };
}

/** The folder `lib` that belongs to a zig: beside the executable or above it, as zig itself looks for it. */
export function zigLibrary(executable: string, env: Environment): string | undefined {
  const named = env.ZIG_LIB_DIR;
  if (named) return existsSync(path.join(named, 'libc')) ? named : undefined;
  for (let folder = path.dirname(realpathSync(executable)); ; folder = path.dirname(folder)) {
    for (const name of [path.join('lib', 'zig'), 'lib']) {
      const library = path.join(folder, name);
      if (existsSync(path.join(library, 'std', 'std.zig')) && existsSync(path.join(library, 'libc'))) return library;
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

/** Pythons that are being asked, by what decides their answer: many targets want zig at once. */
const asking = new Map<string, Promise<string | undefined>>();

/** The zig in the wheel `ziglang` of the Python on PATH; remembered for later builds, since Python is slow to start. */
async function findWheel(options: ProbeOptions): Promise<string | undefined> {
  const { env } = options;
  const python = (await findTool('python3', env)) ?? (await findTool('python', env));
  if (python === undefined) return undefined;
  const key = JSON.stringify(['ziglang', python, env.PYTHONPATH ?? '', env.PYTHONHOME ?? '', env.HOME ?? '']);
  const known = options.versions?.recallAs(key, env);
  if (known !== undefined) return known.path;
  const answer = asking.get(key) ?? askPython(python, options);
  asking.set(key, answer);
  try {
    const file = await answer;
    if (file !== undefined) options.versions?.remember({ name: 'zig', version: '', path: file }, env, '/', key);
    return file;
  } finally {
    asking.delete(key);
  }
}

/** Finds the package without running it. */
const LOCATE = [
  'import importlib.util as u',
  's = u.find_spec("ziglang")',
  'print(*(s.submodule_search_locations or []) if s else [])',
].join('\n');

async function askPython(python: string, { env, signal }: ProbeOptions): Promise<string | undefined> {
  const result = await runTool(python, ['-c', LOCATE], {
    timeout: PYTHON_MS,
    env,
    cwd: path.dirname(python),
    ...(signal === undefined ? {} : { signal }),
  });
  const folder = result.code === 0 ? result.stdout.trim() : '';
  if (!path.isAbsolute(folder)) return undefined;
  return path.join(folder, process.platform === 'win32' ? 'zig.exe' : 'zig');
}

/** What zig calls a target, with the lowest glibc or macOS that the result is to work with. */
export function zigTriple(
  target: Target,
  { glibc, macos }: { readonly glibc: string | undefined; readonly macos: string | undefined },
): string {
  if (target.zig === undefined) throw new RangeError(`zig has no name for ${target.name}`);
  if (target.os === 'darwin' && macos !== undefined) return `${target.zig}.${macos}`;
  if (target.libc !== 'glibc' || glibc === undefined) return target.zig;
  // glibc knows arm64 since 2.17, so every plugin for it works with any lower wish, too.
  const oldest = target.arch === 'arm64' && compareVersions(glibc, '2.17') < 0;
  return `${target.zig}.${oldest ? '2.17' : glibc}`;
}
