import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPath } from '../../src/audit/check.js';
import { auditFile } from '../../src/audit/report.js';
import { glibcAboveSystem } from '../../src/audit/system.js';
import type { RunContext } from '../../src/model/context.js';
import type { CpexEvent } from '../../src/model/event.js';
import { hostTarget, systemGlibc } from '../../src/project/targets/host.js';
import { renderAudits } from '../../src/report/audit-text.js';
import { ENTRY, GOOD_SOURCE, hasTool, Workbench } from './c-library.js';

const bench = new Workbench();
afterAll(() => bench.remove());

const events: CpexEvent[] = [];
const abort = new AbortController();
const context: RunContext = {
  cwd: bench.folder,
  env: {},
  emit: (event) => events.push(event),
  signal: abort.signal,
  interactive: false,
};
const entryOf = () => ENTRY;

function file(name: string, content: string): string {
  mkdirSync(path.dirname(bench.path(name)), { recursive: true });
  writeFileSync(bench.path(name), content);
  return bench.path(name);
}

describe.skipIf(!hasTool('gcc'))('checkPath (needs gcc)', () => {
  let library = '';
  const host = hostTarget();

  beforeAll(() => {
    library = bench.library('good', GOOD_SOURCE);
  });

  function place(name: string): string {
    mkdirSync(path.dirname(bench.path(name)), { recursive: true });
    bench.run('cp', [library, bench.path(name)]);
    return bench.path(name);
  }

  it('passes a good file, by relative and absolute path', async () => {
    for (const given of ['good.so', library]) {
      const outcome = await checkPath(given, { entryOf }, context);
      expect(outcome).toMatchObject({ ok: true, reports: [{ file: library, target: host.name }] });
    }
  });

  it('checks a named file whatever its ending', async () => {
    file('page.txt', '<html>');
    const outcome = await checkPath('page.txt', {}, context);
    expect(outcome).toMatchObject({ ok: false, reports: [{ findings: [{ id: 'file.kind' }] }] });
  });

  it('walks a folder: libraries only, no links, no caches, sorted', async () => {
    place('walk/b.so');
    place('walk/a/lib.so.1.2');
    place('walk/cache/x.so');
    place('walk/node_modules/y.so');
    file('walk/cache/CACHEDIR.TAG', 'Signature: 8a477f597d28d172789f06886806bc55');
    file('walk/readme.md', 'text');
    symlinkSync(library, bench.path('walk/link.so'));
    symlinkSync(bench.folder, bench.path('walk/loop'));
    const { reports } = await checkPath('walk', { entryOf }, context);
    expect(reports.map((report) => path.relative(bench.path('walk'), report.file))).toEqual(['a/lib.so.1.2', 'b.so']);
  });

  it('refuses a folder without libraries and a path that is not there', async () => {
    mkdirSync(bench.path('empty'));
    await expect(checkPath('empty', {}, context)).rejects.toMatchObject({ code: 'CPEX_E_AUDIT_NOTHING', exit: 2 });
    await expect(checkPath('nowhere', {}, context)).rejects.toMatchObject({ code: 'CPEX_E_AUDIT_FILE', exit: 2 });
    await expect(checkPath('good.so', { glibc: 'new' }, context)).rejects.toMatchObject({ code: 'CPEX_E_USAGE' });
    await expect(checkPath('good.so', { target: 'amiga' }, context)).rejects.toMatchObject({
      code: 'CPEX_E_TARGET_UNKNOWN',
    });
  });

  it('expects the target that the folder is named after, unless another is asked for', async () => {
    const wrong = host.arch === 'x64' ? 'linux-arm64' : 'linux-x64';
    place(`dist/${wrong}/p.so`);
    place(`dist/${host.name}-debug/p.so`);
    const outcome = await checkPath('dist', { entryOf }, context);
    const faults = outcome.reports.map((report) =>
      report.findings.filter((one) => one.severity === 'fail').map((one) => one.id),
    );
    expect(outcome.ok).toBe(false);
    expect(faults.sort()).toEqual([[], ['elf.machine']]);
    const asked = await checkPath(`dist/${wrong}/p.so`, { entryOf, target: host.name }, context);
    expect(asked.ok).toBe(true);
  });

  it('takes language, host and glibc limit from the project around it', async () => {
    file(
      'project/cpex.yaml',
      'manifest: 1\nid: sample\nversion: 1.0.0\nauthor: A\nlanguage: c\nhost: cpex\ncapabilities: [hook:tool_pre_invoke]\nglibc: "2.0"\n',
    );
    const built = place('project/dist/p.so');
    const hosts: (string | undefined)[] = [];
    const outcome = await checkPath(
      built,
      {
        entryOf: (name) => {
          hosts.push(name);
          return ENTRY;
        },
      },
      context,
    );
    expect(hosts).toEqual(['cpex']);
    expect(events).toContainEqual({ type: 'config', file: bench.path('project/cpex.yaml') });
    expect(outcome.reports[0]?.findings).toContainEqual(
      expect.objectContaining({ id: 'elf.glibc-floor', severity: 'fail' }),
    );
    const relaxed = await checkPath(built, { entryOf, glibc: '2.99' }, context);
    expect(relaxed.ok).toBe(true);
    expect(relaxed.project.map(({ id, severity }) => [id, severity])).toEqual([['project.identity', 'warn']]);
    expect(renderAudits(relaxed, bench.folder)).toContain('  ! project.identity  cpex/identity.h is not there');
  });

  it('stops when interrupted', async () => {
    const stopped = new AbortController();
    stopped.abort();
    const outcome = checkPath('good.so', {}, { ...context, signal: stopped.signal });
    await expect(outcome).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
  });

  it.skipIf(systemGlibc() === undefined)('compares with the glibc of this system (needs glibc)', async () => {
    const report = await auditFile(library, { kind: 'library' });
    expect(glibcAboveSystem(report, systemGlibc())).toBeUndefined();
    expect(glibcAboveSystem(report, undefined)).toBeUndefined();
    expect(glibcAboveSystem(report, '2.1')).toMatchObject({
      id: 'system.glibc',
      severity: 'fail',
      message: `The library needs glibc ${report.glibc}, but this system has 2.1.`,
      evidence: [expect.stringContaining('malloc')],
    });
  });

  it('renders faults first, with evidence and remedy, and notes in one line', async () => {
    bench.library('odd', 'int cpex_plugin_init(void) { return 0; }', ['-fvisibility=hidden', '-Wl,-rpath,/opt', '-g']);
    const { reports } = await checkPath('odd.so', { entryOf }, context);
    const lines = renderAudits({ reports, project: [] }, bench.folder).split('\n');
    expect(lines[0]).toMatch(/^✗ odd\.so {2}C · linux-\w+ · \d+ KiB/);
    expect(lines.filter((line) => line.startsWith('  ✗')).length).toBe(2);
    const order = lines.filter((line) => /^ {2}[✗!·]/.test(line)).map((line) => line[2]);
    expect(order).toEqual([...order].sort((a, b) => '✗!·'.indexOf(a ?? '') - '✗!·'.indexOf(b ?? '')));
    expect(lines.join('\n')).toContain('→ Remove -rpath');
    const both = [...reports, await auditFile(library, { kind: 'library' })];
    const several = renderAudits({ reports: both, project: [] }, bench.folder);
    expect(several.split('\n').at(-1)).toBe('2 libraries checked, 1 with faults');
  });
});
