import { describe, expect, it } from 'vitest';
import type { CpexEvent } from '../../src/model/event.js';
import { plainProgress } from '../../src/report/progress.js';

function lines(events: readonly CpexEvent[], options: { quiet?: boolean; verbose?: boolean } = {}): string[] {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  const show = plainProgress({ quiet: false, verbose: false, cwd: '/home/project', ...options, write });
  for (const event of events) show(event);
  return written;
}

const elsewhere: CpexEvent = { type: 'config', file: '/home/project/sub/cpex.yaml' };
const here: CpexEvent = { type: 'config', file: '/home/project/cpex.yaml' };
const line: CpexEvent = { type: 'task.line', id: 't', stream: 'stdout', line: 'cc -c x.c' };
const end: CpexEvent = {
  type: 'task.end',
  id: 't',
  title: 'Built',
  outcome: 'done',
  durationMs: 1234,
  reason: 'unchanged',
};

describe('plain progress', () => {
  it('names the manifest once where it is not the one of the working folder', () => {
    expect(lines([elsewhere, elsewhere])).toEqual(['using sub/cpex.yaml\n']);
    expect(lines([{ type: 'config', file: '/home/cpex.yaml' }])).toEqual(['using /home/cpex.yaml\n']);
    expect(lines([here])).toEqual([]);
    expect(lines([here], { verbose: true })).toEqual(['using cpex.yaml\n']);
  });

  it('shows what tools print only when asked for, and nothing at all when quiet', () => {
    expect(lines([line, end])).toEqual(['✓ Built 1.2 s · unchanged\n']);
    expect(lines([line, end], { verbose: true })).toEqual(['  cc -c x.c\n', '✓ Built 1.2 s · unchanged\n']);
    expect(lines([elsewhere, line, end, { type: 'note', level: 'warn', text: 'w' }], { quiet: true })).toEqual([]);
  });
});
