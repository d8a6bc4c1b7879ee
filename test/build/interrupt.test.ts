import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { buildProject } from '../../src/build/service.js';
import type { Language } from '../../src/model/target.js';
import { freshFolder, missingFor, optionsFor, removeFolders, testContext, tinyProject, write } from './projects.js';

afterAll(removeFolders);

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
