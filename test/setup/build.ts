import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** Builds dist/ once before the tests, when the sources have changed since. `CPEX_TEST_BUILD=off` leaves it. */
export default function setup(): void {
  if (process.env.CPEX_TEST_BUILD === 'off') return;
  const root = path.resolve(import.meta.dirname, '../..');
  const stdio: ['ignore', 'inherit', 'inherit'] = ['ignore', 'inherit', 'inherit'];
  execFileSync(process.execPath, ['scripts/build.mjs', '--if-stale'], { cwd: root, stdio });
}
