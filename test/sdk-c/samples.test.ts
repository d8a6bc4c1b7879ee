import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addressSanitizer, outcomeOf, STRICT, Workbench, works } from './toolbox.js';

const samples = path.join(import.meta.dirname, '../../templates/samples');
const bench = new Workbench();
afterAll(() => bench.remove());

/** The files of a sample with one ending. */
const filesOf = (sample: string, folder: string, ending = '.c') =>
  readdirSync(path.join(samples, sample, 'c', folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(samples, sample, 'c', folder, name));

describe.each(['pii-redactor', 'policy-gate', 'audit-logger', 'step-runner', 'notes-command'])('%s in C', (sample) => {
  it('compiles without a warning and passes its unit tests with the sanitizers, over both codecs', async () => {
    const own = new Workbench();
    try {
      cpSync(path.join(samples, sample, 'c'), own.project, { recursive: true });
      const source = (folder: string) =>
        readdirSync(path.join(own.project, folder))
          .filter((name) => name.endsWith('.c'))
          .map((name) => path.join(own.project, folder, name));
      const [test = ''] = source('tests');
      const program = await own.compile(test, {
        part: 'all',
        flags: [...(await addressSanitizer(own)), ...STRICT],
        extra: [...source('src'), ...own.testSources()],
      });
      for (const codec of ['json', 'msgpack']) {
        const outcome = await outcomeOf(program, [], { cwd: own.folder, env: { CPEX_TEST_CODEC: codec } });
        expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
      }
    } finally {
      own.remove();
    }
  }, 180_000);

  it.for(['clang', 'x86_64-w64-mingw32-gcc', 'musl-gcc'])(
    'compiles without a warning: %s',
    async (compiler, { skip }) => {
      if (!(await works(compiler, ['--version']))) skip(`${compiler} is not there`);
      const sources = [...filesOf(sample, 'src'), ...filesOf(sample, 'tests')];
      const includes = ['-I', bench.project, '-I', path.join(samples, sample, 'c')];
      const flags = '-std=c11 -Wall -Wextra -Wpedantic -Werror -O2 -fsyntax-only'.split(' ');
      const outcome = await outcomeOf(compiler, [...flags, ...includes, ...sources], { cwd: bench.folder });
      expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );

  it('is formatted', async ({ skip }) => {
    if (!(await works('clang-format', ['--version']))) skip('clang-format is not there');
    const style = path.join(bench.project, '_clang-format');
    const sources = ['src', 'tests'].flatMap((folder) => [
      ...filesOf(sample, folder),
      ...filesOf(sample, folder, '.h'),
    ]);
    const outcome = await outcomeOf('clang-format', [`--style=file:${style}`, '--dry-run', '--Werror', ...sources]);
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
