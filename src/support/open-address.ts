import { spawn } from 'node:child_process';

/** The program that opens an address in the user's browser. */
function opener(platform: NodeJS.Platform): readonly [command: string, ...args: string[]] {
  if (platform === 'darwin') return ['open'];
  // `start` takes its first quoted word for a title.
  return platform === 'win32' ? ['cmd', '/c', 'start', '""'] : ['xdg-open'];
}

/** Whether there is likely a desktop with a browser. */
export function hasDesktop(env: Readonly<Record<string, string | undefined>>): boolean {
  return process.platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Opens an address in the user's browser, which lives on when cpex ends. Resolves with whether a program for it
 * could be started; what that program does is not known.
 */
export function openAddress(url: string, env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const [command, ...args] = opener(process.platform);
  return new Promise((done) => {
    const child = spawn(command, [...args, url], { env, stdio: 'ignore', detached: true, windowsHide: true });
    child.once('error', () => done(false));
    child.once('spawn', () => {
      child.unref();
      done(true);
    });
  });
}
