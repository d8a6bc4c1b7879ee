import { homedir } from 'node:os';
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder for a user's own data of an application, which may not exist yet:
 * XDG_DATA_HOME or ~/.local/share, ~/Library/Application Support, %LOCALAPPDATA%.
 */
export function userDataFolder(application: string, env: Environment, platform: string = process.platform): string {
  const home = env.HOME ?? homedir();
  if (platform === 'win32') {
    const profile = env.USERPROFILE ?? homedir();
    return path.win32.join(env.LOCALAPPDATA ?? path.win32.join(profile, 'AppData', 'Local'), application);
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', application);
  const base = env.XDG_DATA_HOME;
  // The XDG rules: a relative path is to be ignored.
  if (base !== undefined && path.isAbsolute(base)) return path.join(base, application);
  return path.join(home, '.local', 'share', application);
}

/**
 * The folder for files that an application can make again: XDG_CACHE_HOME or ~/.cache, ~/Library/Caches,
 * %LOCALAPPDATA% with a folder of its own. It may not exist yet.
 */
export function userCacheFolder(application: string, env: Environment, platform: string = process.platform): string {
  const home = env.HOME ?? homedir();
  if (platform === 'win32') return path.win32.join(userDataFolder(application, env, platform), 'cache');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', application);
  const base = env.XDG_CACHE_HOME;
  // The XDG rules: a relative path is to be ignored.
  if (base !== undefined && path.isAbsolute(base)) return path.join(base, application);
  return path.join(home, '.cache', application);
}
