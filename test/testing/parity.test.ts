import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../src/model/event.js';
import { Cli } from './support/cli.js';
import { missingTools } from './support/compile.js';
import { LOGIC, patch, scaffold } from './support/scaffold.js';

const missing = missingTools('cc', 'cmake');
const cli = new Cli();
afterAll(() => cli.remove());

async function report(cwd: string, ...more: readonly string[]): Promise<TestReport> {
  const { stdout } = await cli.run(['test', '--as', 'both', '--level', '2', '--json', ...more], { cwd });
  return (JSON.parse(stdout) as { result: TestReport }).result;
}

const parity = ({ results }: TestReport) => results.find(({ id }) => id === 'parity.same');

describe.skipIf(missing !== undefined)(`a plugin as library and as process${missing ? ` (${missing})` : ''}`, () => {
  let project = '';
  beforeAll(async () => {
    project = await scaffold(cli, 'twice', 'c');
  }, 120_000);

  it('passes the same tests in both forms, and is the same', { timeout: 240_000 }, async () => {
    const told = await report(project);
    expect(told.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')).toEqual([]);
    expect(parity(told)).toMatchObject({ suite: 'parity', verdict: 'pass', findings: [] });
    const runs = (id: string) => told.results.filter((one) => one.id === id && one.verdict === 'pass').length;
    for (const id of ['audit', 'init.ok', 'env.shape', 'meta.match', 'codec.switch']) expect(runs(id)).toBe(2);
    // A process maps no library.
    expect(runs('load.now')).toBe(1);
    expect(told.artefacts.map((file) => path.relative(project, file))).toEqual([
      path.join('dist', 'linux-x64', 'twice.so'),
      path.join('dist', 'linux-x64-process', 'twice'),
    ]);
  });

  it('is told what differs, with both answers', { timeout: 240_000 }, async () => {
    const logic = path.join(project, LOGIC.c);
    patch(logic, '#include "cpex/cpex.h"', '#include "cpex/cpex.h"\n#include <stdio.h>\n#include <unistd.h>');
    patch(
      logic,
      '  return cpex_allow();',
      `  char name[64] = "";
  FILE *file = fopen("/proc/self/comm", "r");
  if (file != NULL && fgets(name, sizeof name, file) == NULL) name[0] = 0;
  if (file != NULL) fclose(file);
  cpex_info(call, "process %d", (int)getpid());
  if (name[0] == 't' && name[1] == 'w') return cpex_deny("alone", "there is nobody else in this process");
  return cpex_allow();`,
    );
    const told = parity(await report(project, '--only', 'parity.same'));
    expect(told?.verdict).toBe('fail');
    // What differs from process to process, such as the line of the log, is no difference between the forms.
    expect(told?.findings[0]).toMatchObject({
      id: 'parity.same',
      clause: 'ABI-STDIO-011',
      message: 'hook.invoke tool_pre_invoke is not the same as library and as process.',
      evidence: [
        expect.stringContaining('library: code 0, {"continue_processing":true}'),
        expect.stringContaining('"alone"'),
      ],
    });
    expect(told?.findings.every(({ message }) => message.startsWith('hook.invoke tool_pre_invoke'))).toBe(true);
  });

  it('is refused where a host takes one form, or a file is one', async () => {
    const host = await cli.run(['run', '--as', 'process', '--host', 'cliproxy', 'plugin.register'], { cwd: project });
    expect(host).toMatchObject({ code: 2, stderr: expect.stringContaining('loads its plugins as libraries') });
    const file = await cli.run(['test', '--as', 'both', 'dist/linux-x64/twice.so'], { cwd: project });
    expect(file).toMatchObject({ code: 2, stderr: expect.stringContaining('--as library or --as process') });
  });
});
