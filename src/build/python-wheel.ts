import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { findTool } from '../support/find-tool.js';

/**
 * The command that installs a wheel into the Python that `python3` means, or, without Python, where to get
 * the tool. Distributions that manage their Python refuse pip's default place, virtual environments the
 * user's, and Debian ships Python without pip. Looks at files only.
 */
export async function wheelCommand(wheel: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const python = (await findTool('python3', env)) ?? (await findTool('python', env));
  if (python === undefined)
    return 'install zig from https://ziglang.org/download, or Python and then its wheel ziglang';
  const pip = `${path.basename(python, '.exe')} -m pip install`;
  const library = systemLibrary(python);
  if (library === undefined) return `${pip} ${wheel}`;
  const managed = existsSync(path.join(library, 'EXTERNALLY-MANAGED'));
  const install = managed ? `${pip} --user --break-system-packages ${wheel}` : `${pip} --user ${wheel}`;
  const lacksPip = existsSync('/usr/bin/apt-get') && !existsSync('/usr/lib/python3/dist-packages/pip');
  return lacksPip ? `sudo apt install python3-pip && ${install}` : install;
}

/** Folder of the standard library of a Python that belongs to the distribution; undefined for any other. */
function systemLibrary(python: string): string | undefined {
  // A virtual environment links to the distribution's executable, so the link's own place counts.
  if (existsSync(path.join(path.dirname(python), '..', 'pyvenv.cfg'))) return undefined;
  const real = realpathSync(python);
  if (path.dirname(real) !== '/usr/bin') return undefined;
  const version = /python3\.\d+$/.exec(real)?.[0];
  const name = version ?? readdirSync('/usr/lib').find((one) => /^python3\.\d+$/.test(one));
  return name === undefined ? undefined : path.join('/usr/lib', name);
}
