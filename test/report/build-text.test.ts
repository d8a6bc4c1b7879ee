import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderSkipped, renderSummary, type SummaryView } from '../../src/report/build-summary.js';
import { renderFailures } from '../../src/report/build-text.js';
import { CpexError } from '../../src/support/errors.js';

const plain = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line));
const failed = (target: string, output: readonly string[]) => ({
  target,
  error: new CpexError('CPEX_E_BUILD_FAILED', 'The build failed.', { output, evidence: ['exit: 1'] }),
});
const shown = (...failures: ReturnType<typeof failed>[]) => stripVTControlCharacters(renderFailures({ failures }));

describe('the failures of several targets', () => {
  it('show one mistake once, and for the other targets where it begins', () => {
    const mistake = ['error[E0425]: cannot find value `x`', ' --> src/lib.rs:3:1', 'and more'];
    const text = shown(failed('linux-x64', ['Compiling', ...mistake]), failed('windows-x64', mistake));
    expect(text.match(/and more/g)).toHaveLength(1);
    expect(text).toMatch(
      /windows-x64\n✗ The build failed\. As for linux-x64:\n {2}│ error\[E0425\]: cannot find value `x`\n {2}│ {2}--> src\/lib\.rs:3:1\n$/,
    );
  });

  it('tell mistakes apart, also where a tool names no error', () => {
    const text = shown(
      failed('linux-x64', ['x.c:1:1: error: a']),
      failed('darwin-x64', ['x.c:1:1: error: b']),
      failed('linux-arm64', ['./x.go:1: undefined: c', 'one']),
      failed('windows-x64', ['./x.go:1: undefined: c', 'two']),
    );
    expect(text).not.toContain('As for');
    expect(text.match(/exit: 1/g)).toHaveLength(4);
  });

  it('show all of the first, and of others that differ how they begin', () => {
    const long = (word: string) => [
      `x.c:1:1: error: ${word}`,
      ...Array.from({ length: 20 }, (_, at) => `${word} ${at}`),
    ];
    const text = shown(failed('linux-x64', long('a')), failed('darwin-x64', long('b')));
    expect(text).toContain('a 19');
    expect(text).toContain('b 14\n… cpex build --target darwin-x64 shows the rest\n✗ The build failed.');
    expect(text).not.toContain('b 15');
  });

  it('keep their evidence where there is no output, as with --verbose', () => {
    expect(shown(failed('linux-x64', []), failed('linux-arm64', [])).match(/exit: 1/g)).toHaveLength(2);
  });

  it('does not take a path that names the target for a difference', () => {
    const of = (target: string) => failed(target, [`build/${target}/x.c:1:1: error: a`]);
    expect(shown(of('linux-x64'), of('linux-arm64'))).toContain('As for linux-x64:');
  });
});

describe('the table of a build', () => {
  const tool = { name: 'cmake', version: '3.25.1', compiler: { tool: { name: 'gcc', version: '12.2.0' } } };
  const view: SummaryView = {
    plan: { targets: [{ target: 'linux-x64', toolchain: tool }], skipped: [] },
    targets: [
      { target: 'linux-x64', outcome: 'unchanged', durationMs: 1234 },
      { target: 'windows-arm64', outcome: 'failed', durationMs: 20 },
    ],
    artefacts: [{ target: 'linux-x64', file: '/p/dist/linux-x64/a.so', size: 2048 }],
  };
  const at = (width?: number) => plain(renderSummary(view, '/p', width)).slice(0, 2);

  it('gives up columns until its lines fit, first the tools', () => {
    const [whole = ''] = at();
    expect(whole).toBe('✓ linux-x64      cmake 3.25.1, gcc 12.2.0  2 KiB  1.2 s  dist/linux-x64/a.so unchanged');
    expect(at(whole.length)[0]).toBe(whole);
    expect(at(whole.length - 1)).toEqual([
      '✓ linux-x64      2 KiB  1.2 s  dist/linux-x64/a.so unchanged',
      '✗ windows-arm64         0.0 s  failed',
    ]);
    expect(at(53)).toEqual(['✓ linux-x64      2 KiB  dist/linux-x64/a.so unchanged', '✗ windows-arm64         failed']);
    expect(at(50)).toEqual(['✓ linux-x64      dist/linux-x64/a.so unchanged', '✗ windows-arm64  failed']);
    expect(at(10)).toEqual(at(50));
  });

  it('gives a reason once for all targets that share it, in lines that fit', () => {
    const reason = 'one two three four';
    const remedy = 'install it';
    const skipped = [
      { target: 'linux-x64-musl', kind: 'impossible', reason },
      { target: 'linux-arm64-musl', kind: 'impossible', reason },
      { target: 'darwin-x64', kind: 'lacking', reason: 'no zig', remedy },
      { target: 'freebsd-x64', kind: 'promised', reason: 'no zig', remedy },
    ] as const;
    const rest = ['- darwin-x64: no zig', '! freebsd-x64: no zig', '  → install it'];
    expect(plain(renderSkipped(skipped))).toEqual([`- linux-x64-musl, linux-arm64-musl: ${reason}`, ...rest]);
    const wrapped = ['- linux-x64-musl, linux-arm64-musl: one', '  two three four'];
    expect(plain(renderSkipped(skipped, 40))).toEqual([...wrapped, ...rest]);
  });
});
