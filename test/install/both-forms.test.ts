import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rollbackPlugin } from '../../src/install/change-installed.js';
import { readRecord } from '../../src/install/record.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { compilePlugin } from './support/c-plugin.js';
import { fakeEngine } from './support/fake-engine.js';
import { tree, type Workplace, workplace } from './support/workplace.js';

let at: Workplace;
beforeEach(() => {
  at = workplace('forms');
});
afterEach(() => at.remove());

const target = hostTarget();
const program = `sample${target.executableExtension}`;
const library = `sample${target.libraryExtension}`;

const REGISTRATION = {
  ok: true,
  result: {
    schema_version: 1,
    metadata: { id: 'sample', name: 'Sample', version: '1.0.0', author: 'A. Author' },
    capabilities: {},
  },
};

/** A folder as `cpex build --as process` leaves it. */
function processDist(): string {
  const folder = path.join(at.root, 'dist', `${target.name}-process`);
  mkdirSync(folder, { recursive: true });
  const source = path.join(at.root, 'main.c');
  // The engine of these tests reads the answer out of the file.
  const answer = JSON.stringify(JSON.stringify(REGISTRATION));
  writeFileSync(source, `#include <stdio.h>\nint main(void) { return puts(${answer}) < 0; }\n`);
  execFileSync('cc', ['-fPIE', '-pie', '-o', path.join(folder, program), source]);
  const sha256 = createHash('sha256')
    .update(readFileSync(path.join(folder, program)))
    .digest('hex');
  const record = { v: 1, id: 'sample', version: '1.0.0', profile: 'cpex', kind: 'executable', file: program, sha256 };
  writeFileSync(path.join(folder, 'build.json'), JSON.stringify(record));
  return folder;
}

describe.skipIf(process.platform === 'win32')('a plugin of cpex in both forms', () => {
  it('has one place at a time: the process is kept for a rollback when the library comes, and returns', async () => {
    const first = await at.install(processDist(), {}, { engine: fakeEngine });
    const place = path.join(at.plugins, target.name);
    expect(first).toMatchObject({ file: path.join(place, program), plugin: { form: 'process', host: 'cpex' } });
    expect((await readRecord(at.plugins))[0]).toMatchObject({ form: 'process' });
    const second = await at.install(compilePlugin(at.root, 'sample'), {}, { engine: fakeEngine });
    expect(second).toMatchObject({ outcome: 'updated', file: path.join(place, library) });
    expect(second.plugin.form).toBeUndefined();
    expect(tree(place)).toEqual([library]);
    const choice = { id: 'sample', to: at.plugins, project: false, force: false };
    const back = await rollbackPlugin(choice, at.context);
    expect(back.after).toMatchObject({ form: 'process' });
    expect(tree(place)).toEqual([program]);
    const again = await rollbackPlugin(choice, at.context);
    expect(again.after?.form).toBeUndefined();
    expect(tree(place)).toEqual([library]);
  });

  it('is not started when the program is no program', async () => {
    const folder = processDist();
    const text = 'not a program';
    writeFileSync(path.join(folder, program), text);
    const record = path.join(folder, 'build.json');
    const sha256 = createHash('sha256').update(text).digest('hex');
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), sha256 }));
    await expect(at.install(folder, {}, { engine: fakeEngine })).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_AUDIT',
      evidence: expect.arrayContaining(['file.kind']),
    });
  });
});
