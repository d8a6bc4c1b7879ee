import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkArchive } from '../../src/install/check/check-archive.js';
import { checkCommand } from '../../src/install/check/check-command.js';
import { isArchive } from '../../src/install/check/is-archive.js';
import type { RunContext } from '../../src/model/context.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { CpexError } from '../../src/support/errors.js';
import { type RawEntry, type RawOptions, rawZip } from '../install/support/raw-zip.js';
import { ENTRY, GOOD_SOURCE, hasTool, Workbench } from './c-library.js';

const bench = new Workbench();
afterAll(() => bench.remove());

const abort = new AbortController();
const context: RunContext = {
  cwd: bench.folder,
  env: {},
  emit: () => undefined,
  signal: abort.signal,
  interactive: false,
};
const options = { entryOf: () => ENTRY };

describe.skipIf(!hasTool('gcc'))('cpex check on an archive (needs gcc)', () => {
  let good: Buffer;
  let bad: Buffer;
  const host = hostTarget();

  afterAll(() => vi.unstubAllEnvs());
  beforeAll(() => {
    mkdirSync(bench.path('temporary'));
    vi.stubEnv('TMPDIR', bench.path('temporary'));
    good = readFileSync(bench.library('good', GOOD_SOURCE));
    bad = readFileSync(bench.library('bad', '__attribute__((visibility("default"))) int nothing(void) { return 1; }'));
  });

  function archive(name: string, entries: readonly RawEntry[], extra: RawOptions = {}): string {
    return bench.write(name, rawZip(entries, extra));
  }

  /** What is left in the folder for temporary files, which other tests do not use. */
  const leftovers = () => readdirSync(tmpdir());

  it('audits every library inside under its name in the archive, and leaves nothing behind', async () => {
    const before = leftovers();
    const file = archive('two.zip', [
      { name: 'README.md', bytes: Buffer.from('read me') },
      { name: 'plugin.so', bytes: good },
      { name: 'more/other.so.1', bytes: bad },
    ]);
    const outcome = await checkArchive('two.zip', options, context);
    expect(outcome.ok).toBe(false);
    expect(outcome.reports.map((report) => report.file)).toEqual([`${file}!/plugin.so`, `${file}!/more/other.so.1`]);
    const [first, second] = outcome.reports;
    expect(first).toMatchObject({ target: host.name, size: good.length, language: 'c' });
    const fault = second?.findings.find((finding) => finding.id === 'elf.entry');
    expect(fault).toMatchObject({ severity: 'fail', file: `${file}!/more/other.so.1` });
    expect(fault?.again).toBe(`unzip -oq ${file} more/other.so.1 && nm -D --defined-only more/other.so.1`);
    expect(leftovers()).toEqual(before);
  });

  it.skipIf(!hasTool('unzip', ['-v']) || !hasTool('nm'))(
    'the command to see it again works (needs unzip, nm)',
    async () => {
      archive("it's odd.zip", [{ name: "a name's/bad one.so", bytes: bad }]);
      const { reports } = await checkArchive("it's odd.zip", options, context);
      const again = reports[0]?.findings.find((finding) => finding.id === 'elf.entry')?.again ?? '';
      expect(execFileSync('sh', ['-c', again], { cwd: bench.folder, encoding: 'utf8' })).toContain(' nothing');
    },
  );

  it('expects the target of the folder inside, of the name of the archive, or the one asked for', async () => {
    const other = host.arch === 'x64' ? 'arm64' : 'x64';
    const words = { x64: 'amd64', arm64: 'arm64', universal: '' };
    archive('folders.zip', [{ name: `linux-${other}/p.so`, bytes: good }]);
    archive(`p_1.0.0_linux_${words[other]}.zip`, [{ name: 'p.so', bytes: good }]);
    archive(`p_1.0.0_linux_${words[host.arch]}.zip`, [{ name: 'p.so', bytes: good }]);
    const faults = async (name: string, target?: string) => {
      const { reports } = await checkArchive(name, { ...options, target }, context);
      return reports
        .flatMap((report) => report.findings)
        .flatMap(({ id, severity }) => (severity === 'fail' ? id : []));
    };
    expect(await faults('folders.zip')).toEqual(['elf.machine']);
    expect(await faults(`p_1.0.0_linux_${words[other]}.zip`)).toEqual(['elf.machine']);
    expect(await faults(`p_1.0.0_linux_${words[host.arch]}.zip`)).toEqual([]);
    expect(await faults('folders.zip', host.name)).toEqual([]);
  });

  it('knows an archive by name or content, and takes a library for what it is called', async () => {
    const named = bench.write('cut.zip', 'nothing');
    const plain = archive('release', [{ name: 'p.so', bytes: good }]);
    const posing = archive('posing.so', [{ name: 'p.so', bytes: good }]);
    expect(await Promise.all([named, plain, posing, bench.folder, 'absent'].map(isArchive))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    const { value } = await checkCommand('posing.so', options, {}, context);
    expect(value.reports[0]?.findings).toMatchObject([{ id: 'file.kind', severity: 'fail' }]);
  });

  const hostile: Readonly<Record<string, () => readonly [readonly RawEntry[], RawOptions?]>> = {
    'a name that leads out': () => [[{ name: '../p.so', bytes: good }]],
    'an absolute name': () => [[{ name: '/tmp/p.so', bytes: good }]],
    'a link': () => [[{ name: 'p.so', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 }]],
    'the same name twice': () => [
      [
        { name: 'p.so', bytes: good },
        { name: 'P.SO', bytes: bad },
      ],
    ],
    'a wrong checksum': () => [[{ name: 'p.so', bytes: good, crc: 1 }]],
    'a wrong size': () => [[{ name: 'p.so', bytes: good, size: 10, local: { size: 10 } }]],
    'a bomb': () => [[{ name: 'p.so', bytes: Buffer.alloc(8 << 20) }]],
    'bytes before it': () => [[{ name: 'p.so', bytes: good }], { prefix: Buffer.from('MZ') }],
    'an encrypted file': () => [[{ name: 'p.so', bytes: good, flags: 1 }]],
    'nothing but a damaged end': () => [[], { end: { start: 400 } }],
  };

  it.each(Object.keys(hostile))('refuses %s as install does', async (title) => {
    const before = leftovers();
    const [entries, extra] = hostile[title]?.() ?? [[]];
    archive('hostile.zip', entries, extra);
    const outcome = checkArchive('hostile.zip', options, context);
    await expect(outcome).rejects.toMatchObject({ code: 'CPEX_E_INSTALL_ARCHIVE' });
    expect(leftovers()).toEqual(before);
  });

  it('keeps to the limits of archives', async () => {
    archive('large.zip', [{ name: 'p.so', bytes: good }]);
    const limits = { archive: 1 << 20, entries: 1, file: 100, total: 100, ratio: 10 };
    await expect(checkArchive('large.zip', options, context, limits)).rejects.toThrow(/unpacks to \d+ bytes/);
  });

  it('says that there is no library inside', async () => {
    archive('empty.zip', []);
    archive('texts.zip', [{ name: 'README.md', bytes: Buffer.from('text') }]);
    for (const name of ['empty.zip', 'texts.zip']) {
      await expect(checkArchive(name, options, context)).rejects.toMatchObject({
        code: 'CPEX_E_AUDIT_NOTHING',
        exit: 2,
      });
    }
  });

  it('checks the options before it unpacks, and stops when interrupted', async () => {
    archive('plain.zip', [{ name: 'p.so', bytes: good }]);
    await expect(checkArchive('plain.zip', { glibc: 'new' }, context)).rejects.toBeInstanceOf(CpexError);
    const stopped = new AbortController();
    stopped.abort();
    const late = checkArchive('plain.zip', options, { ...context, signal: stopped.signal });
    await expect(late).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
  });

  it('works from the command line', () => {
    archive('line.zip', [{ name: 'p.so', bytes: bad }]);
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [new URL('../../bin/run.cjs', import.meta.url).pathname, 'check', ...args], {
        cwd: bench.folder,
        encoding: 'utf8',
      });
    expect(run('line.zip')).toMatchObject({ status: 1, stdout: expect.stringContaining('✗ line.zip!/p.so') });
    archive('line.zip', [{ name: '../p.so', bytes: bad }]);
    const refused = run('line.zip');
    expect(refused.stderr).toContain('CPEX_E_INSTALL_ARCHIVE');
    expect(refused).toMatchObject({ stdout: '', status: 5 });
  });
});
