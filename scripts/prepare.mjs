// Makes a bare clone ready: npm packages and the built bundles. Uses Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Ends the process with a plain sentence where something is missing. */
export function fail(message) {
  console.error(message);
  process.exit(3);
}

/** Installs the npm packages when the lock file is newer than what is there, and builds dist/. */
export function prepare() {
  const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`cpex needs Node ${engines.node}; this is ${process.version}. Install a newer Node and try again.`);
  }
  if (!isInstalled()) step('npm ci', ['npm', 'ci', '--no-audit', '--no-fund']);
  step('build', [process.execPath, 'scripts/build.mjs', '--if-stale']);
}

function isInstalled() {
  const marker = path.join(root, 'node_modules', '.package-lock.json');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

function step(title, [command, ...args]) {
  const windows = process.platform === 'win32' && command === 'npm';
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: windows });
  if (error?.code === 'ENOENT') fail(`${command} is missing: install it and try again.`);
  if (status !== 0) fail(`${title} failed, see above.`);
}
