import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';

/** The variables of a process, as {@link RunContext} carries them. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Absolute path of an executable, searched along `PATH`; undefined when it is not there.
 * A name with a slash is taken as a path from `cwd`. Relative entries of `PATH` are passed over, so that
 * a project cannot smuggle in its own compiler.
 */
export async function findTool(name: string, env: Environment, cwd?: string): Promise<string | undefined> {
  for await (const file of candidates(name, env, cwd)) return file;
  return undefined;
}

/** Every executable of that name along `PATH`, in order. */
export async function findEveryTool(name: string, env: Environment): Promise<string[]> {
  const found: string[] = [];
  for await (const file of candidates(name, env)) found.push(file);
  return found;
}

async function* candidates(name: string, env: Environment, cwd?: string): AsyncGenerator<string> {
  const endings = process.platform === 'win32' ? ['', ...(env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  const folders = /[\\/]/.test(name) ? [cwd ?? '/'] : searchPath(env).split(path.delimiter).filter(path.isAbsolute);
  for (const folder of folders) {
    for (const ending of endings) {
      const file = path.resolve(folder, name + ending);
      if (await isExecutable(file)) yield file;
    }
  }
}

/** Windows spells the variable `Path`. */
function searchPath(env: Environment): string {
  return env.PATH ?? env.Path ?? '';
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
