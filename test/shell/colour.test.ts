import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { bin, isThere } from './cli.js';

/** What cpex prints on a terminal with these variables beside the usual ones. */
function onTerminal(more: Readonly<Record<string, string>>): string {
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...rest } = process.env;
  const command = `'${process.execPath}' '${bin}' explain CPEX_E_NOTHING`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    env: { ...rest, TERM: 'xterm', ...more },
  });
  expect(stdout).toContain('CPEX_E_NOTHING');
  return stdout;
}

const ESCAPE = '\u001b[';

it.skipIf(!isThere('script'))('colours what it prints on a terminal, unless NO_COLOR says no (needs script)', () => {
  expect(onTerminal({})).toContain(ESCAPE);
  expect(onTerminal({ NO_COLOR: '' })).toContain(ESCAPE);
  expect(onTerminal({ NO_COLOR: '1' })).not.toContain(ESCAPE);
  expect(onTerminal({ NO_COLOR: '1', FORCE_COLOR: '1' })).toContain(ESCAPE);
});
