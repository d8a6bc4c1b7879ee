import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ensureFolder, writeFileAtomic } from '../support/files.js';
import type { ToolFound } from './build-model.js';

type Environment = Readonly<Record<string, string | undefined>>;

interface Entry {
  readonly tool: ToolFound;
  /** Everything that decides which program answers, see {@link witnesses}. */
  readonly facts: string;
}

/**
 * Remembers what tools answered when they were asked for their version, so that a build with
 * nothing to do does not start them. An entry counts as long as the executable, and what chooses
 * the program behind it, are the very same files.
 */
export class VersionCache {
  private changed = false;

  private constructor(
    private readonly file: string,
    private readonly entries: Map<string, Entry>,
  ) {}

  /** Reads a cache; a missing or torn file is an empty one. */
  static load(file: string): VersionCache {
    return new VersionCache(file, new Map(Object.entries(readEntries(file))));
  }

  /** An empty cache in the place of whatever is there. */
  static empty(file: string): VersionCache {
    return new VersionCache(file, new Map());
  }

  recall(executable: string, env: Environment, cwd: string): ToolFound | undefined {
    const entry = this.entries.get(executable);
    return entry !== undefined && entry.facts === witnesses(executable, env, cwd)
      ? { ...entry.tool, path: executable }
      : undefined;
  }

  /** What was remembered under a name of its own: a tool that took a search to find. */
  recallAs(key: string, env: Environment): ToolFound | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.facts === witnesses(entry.tool.path, env, '/') ? entry.tool : undefined;
  }

  /** @param key what to recall it by; its path when absent */
  remember(tool: ToolFound, env: Environment, cwd: string, key: string = tool.path): void {
    const facts = witnesses(tool.path, env, cwd);
    if (facts === undefined) return;
    this.entries.set(key, { tool, facts });
    this.changed = true;
  }

  async save(): Promise<void> {
    if (!this.changed) return;
    await ensureFolder(path.dirname(this.file));
    await writeFileAtomic(this.file, JSON.stringify(Object.fromEntries(this.entries)));
    this.changed = false;
  }
}

function readEntries(file: string): Record<string, Entry> {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Entry> | null) ?? {};
  } catch {
    return {};
  }
}

/** Real names of compilers and build tools; what hides behind other names may be a launcher. */
const PLAIN_TOOL =
  /^(?:(?:[\w.+]+-)*(?:gcc|clang|cc)(?:-[\d.]+)?(?:-win32|-posix)?|zig|cmake|ninja(?:-build)?|g?make|go|cargo|rustc)(?:\.exe)?$/;

/**
 * Size, dates and number of each file that decides what an executable answers; undefined where
 * that cannot be told: scripts, launchers such as ccache, and Apple's stand-ins.
 */
function witnesses(executable: string, env: Environment, cwd: string): string | undefined {
  try {
    const real = realpathSync(executable);
    const name = path.basename(real);
    if (isScript(real) || (process.platform === 'darwin' && real.startsWith('/usr/bin/'))) return undefined;
    const rustup = /^(?:rustup|cargo|rustc)$/.test(path.parse(name).name) && hasRustup(path.dirname(real));
    if (!rustup && !PLAIN_TOOL.test(name)) return undefined;
    const files = [real, ...(rustup ? rustupFiles(env, cwd) : [])];
    return JSON.stringify([files.map((file) => [file, fingerprint(file)]), rustup ? (env.RUSTUP_TOOLCHAIN ?? '') : '']);
  } catch {
    return undefined;
  }
}

/** The tools beside a rustup are links to it, hard or symbolic. */
function hasRustup(folder: string): boolean {
  return ['rustup', 'rustup.exe'].some((name) => existsSync(path.join(folder, name)));
}

/** rustup chooses a toolchain by its settings and by files above the working folder. */
function rustupFiles(env: Environment, cwd: string): string[] {
  const home = env.RUSTUP_HOME ?? path.join(env.HOME ?? homedir(), '.rustup');
  const files = [path.join(home, 'settings.toml')];
  for (const toolchain of readdirSync(path.join(home, 'toolchains')).sort()) {
    for (const tool of ['cargo', 'rustc']) files.push(path.join(home, 'toolchains', toolchain, 'bin', tool));
  }
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    files.push(path.join(folder, 'rust-toolchain'), path.join(folder, 'rust-toolchain.toml'));
    if (path.dirname(folder) === folder) return files;
  }
}

function fingerprint(file: string): string {
  const facts = statSync(file, { throwIfNoEntry: false });
  return facts === undefined ? '' : `${facts.size} ${facts.mtimeMs} ${facts.ctimeMs} ${facts.ino}`;
}

function isScript(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(2);
    readSync(descriptor, head, 0, 2, 0);
    return head.toString('latin1') === '#!';
  } finally {
    closeSync(descriptor);
  }
}
