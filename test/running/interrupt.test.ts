import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { asksProject } from '../testing/support/asks-project.js';
import { Cli, type RunningCli } from '../testing/support/cli.js';
import { compileText, missingTools } from '../testing/support/compile.js';

const missing = process.platform === 'win32' ? 'no signals on Windows' : missingTools('cc', 'cmake');
const cli = new Cli();
afterAll(() => cli.remove());

/** A plugin that tells when it gets to a place, and stays there. */
function waitsIn(place: 'ON_INIT' | 'ON_HOOK' | 'ON_REGISTER' | 'ON_SHUTDOWN'): string {
  const source = `#include <unistd.h>
static void wait_here(void);
#define ${place}() wait_here()
#include "good.h"
static void wait_here(void) { fputs("got there\\n", stderr); for (;;) pause(); }
`;
  return compileText(`waits-in-${place}`, source, cli.folder);
}

/** Presses Ctrl-C when the condition holds, and expects an end as after any interruption. */
async function interruptWhen(running: RunningCli, ready: () => boolean, times = 1): Promise<string> {
  // cpex itself, and the process of the plugin or the compiler.
  const started = () => ready() && running.pids().length > 1;
  await vi.waitFor(() => expect(started()).toBe(true), { timeout: 50_000, interval: 20 });
  for (let time = 0; time < times; time++) running.process.kill('SIGINT');
  const { code, signal, stderr } = await running.result;
  expect({ code, signal }).toEqual({ code: 130, signal: null });
  expect(stderr).not.toMatch(/CPEX_E_BUG|\bat .*\.cjs/);
  return stderr;
}

describe.skipIf(missing !== undefined)(`Ctrl-C${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(['ON_INIT', 'ON_REGISTER', 'ON_HOOK', 'ON_SHUTDOWN'] as const)('ends cpex run in %s', async (place) => {
    const running = cli.start(['run', '--plugin', waitsIn(place), 'hook', 'tool_pre_invoke']);
    const stderr = await interruptWhen(running, () => running.stderr().includes('got there'));
    expect(stderr).toMatch(/Interrupted|cancelled/);
  });

  it('twice ends it as well', async () => {
    const running = cli.start(['run', '--plugin', waitsIn('ON_HOOK'), 'hook', 'tool_pre_invoke']);
    await interruptWhen(running, () => running.stderr().includes('got there'), 2);
  });

  it.each(['ON_INIT', 'ON_HOOK', 'ON_SHUTDOWN'] as const)('ends cpex test in %s', async (place) => {
    const running = cli.start(['test', waitsIn(place), '--reporter', 'ndjson']);
    const inFlight = place === 'ON_INIT' ? 'load.now' : place === 'ON_HOOK' ? 'env.utf8' : 'shutdown.ok';
    const started = `"type":"test.start","suite":"conformance","id":"${inFlight}"`;
    await interruptWhen(running, () => running.stdout().includes(started));
    expect(running.stdout()).not.toContain('"type":"report"');
  });

  it('ends a build that cpex run has started', async () => {
    const root = asksProject(cli.folder, 'slow build');
    // CMake takes blanks in CC as the start of arguments.
    const tools = mkdtempSync(path.join(tmpdir(), 'cpex-tools-'));
    const compiler = path.join(tools, 'slow-cc');
    const marker = path.join(tools, 'started');
    // Answers questions about itself, and takes its time to compile.
    writeFileSync(
      compiler,
      `#!/bin/sh\ncase " $* " in *asks.c*) : > "$MARKER"; sleep 300 & wait ;; *) exec cc "$@" ;; esac\n`,
    );
    chmodSync(compiler, 0o755);
    const running = cli.start(['run', 'plugin.quiesce'], { cwd: root, env: { CC: compiler, MARKER: marker } });
    await interruptWhen(running, () => existsSync(marker));
    rmSync(tools, { recursive: true });
    expect(existsSync(path.join(root, 'dist'))).toBe(false);
    expect((readdirSync(root, { recursive: true }) as string[]).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('leaves no report and no recording behind', async () => {
    const library = waitsIn('ON_HOOK');
    const testing = cli.start(['test', library, '--reporter', 'junit=half.xml', '--reporter', 'ndjson']);
    await interruptWhen(testing, () => testing.stdout().includes('"id":"env.utf8"'));
    const recording = cli.start(['run', '--plugin', library, '--record', 'half.yaml', 'hook', 'tool_pre_invoke']);
    await interruptWhen(recording, () => recording.stderr().includes('got there'));
    expect(readdirSync(cli.folder).filter((name) => name.startsWith('half'))).toEqual([]);
  });
});
