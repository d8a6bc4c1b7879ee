import { describe, expect, it } from 'vitest';
import { ToolOutput } from '../../src/build/tool-output.js';

function kept(lines: readonly string[]): readonly string[] {
  const output = new ToolOutput();
  for (const line of lines) output.add(line);
  return output.lines;
}

const many = (word: string, count: number) => Array.from({ length: count }, (_, at) => `${word} ${at}`);

describe('what is kept of the output of a tool that failed', () => {
  it('is all of a short one', () => {
    expect(kept([])).toEqual([]);
    expect(kept(['a', 'x.c:1:2: error: b', 'c'])).toEqual(['a', 'x.c:1:2: error: b', 'c']);
  });

  it('is the end of a long one that complains of nothing', () => {
    expect(kept(many('note', 100))).toEqual(many('note', 100).slice(-30));
  });

  it.each([
    'x.c:1:2: error: a semicolon is missing',
    'x.c:1:10: fatal error: y.h: No such file or directory',
    'error[E0425]: cannot find value `x` in this scope',
    'FAILED: CMakeFiles/p.dir/x.c.o',
    '/usr/bin/ld: x.o: undefined reference to `y',
    '# example.org/plugin',
  ])('is also the first complaint, however much follows from it: %s', (complaint) => {
    const lines = kept([...many('compile', 100), complaint, ...many('follows', 100)]);
    expect(lines.slice(0, 5)).toEqual([...many('compile', 100).slice(-4), complaint]);
    expect(lines).toHaveLength(61);
    expect(lines[30]).toBe('… 45 lines left out');
    expect(lines.at(-1)).toBe('follows 99');
  });

  it('leaves nothing out where both parts meet', () => {
    const lines = ['error: no', ...many('follows', 59)];
    expect(kept(lines)).toEqual(lines);
    expect(kept([...lines, 'last'])[30]).toBe('… 1 line left out');
  });

  it('takes no flag or count of errors for a complaint', () => {
    const calm = ['cc -Werror=return-type -c x.c', '0 errors, 3 warnings', 'Checking error.c'];
    expect(kept([...calm, ...many('note', 100)])).toEqual(many('note', 100).slice(-30));
  });
});
