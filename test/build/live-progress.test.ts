import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startLiveProgress } from '../../src/report/live-progress.js';
import { runCleanups } from '../../src/support/cleanup.js';

/** A terminal of 80 columns that keeps what was written to it. */
function terminal(): { stream: NodeJS.WriteStream; text: () => string } {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  Object.assign(stream, { isTTY: true, columns: 80, rows: 24, fd: -1 });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written };
}

const end = { type: 'task.end', id: 'a', durationMs: 1200 } as const;

describe('the live display', () => {
  it('shows planned tasks, their end, and notes afterwards', async () => {
    const { stream, text } = terminal();
    const display = startLiveProgress(stream, '/project');
    display.emit({ type: 'task.plan', tasks: [{ id: 'a', title: 'Build here' }] });
    display.emit({ type: 'task.start', id: 'a', title: 'Build here' });
    display.emit({ type: 'task.line', id: 'a', stream: 'stdout', line: 'compiling' });
    display.emit({ type: 'note', level: 'warn', text: 'look at this' });
    display.emit({ ...end, title: 'Built here', outcome: 'done', reason: 'up to date' });
    await display.stop();
    expect(text()).toContain('Built here (1.2 s) · up to date');
    expect(text().lastIndexOf('look at this')).toBeGreaterThan(text().lastIndexOf('Built here'));
  });

  it('shows a failure without throwing, and a task that nobody announced', async () => {
    const { stream, text } = terminal();
    const display = startLiveProgress(stream, '/project');
    display.emit({ type: 'task.start', id: 'a', title: 'Build here' });
    display.emit({ ...end, title: 'Build here', outcome: 'failed', reason: 'because' });
    await display.stop();
    expect(text()).toContain('because');
  });

  it('ends although a task never did', async () => {
    const { stream, text } = terminal();
    const display = startLiveProgress(stream, '/project');
    display.emit({ type: 'task.plan', tasks: [{ id: 'a', title: 'Build here' }] });
    await display.stop();
    // What stays is what was written after the display had wiped itself away for the last time.
    const stays = text().slice(text().lastIndexOf('\u001b[2K'));
    expect(stays.match(/Build here · not finished/g)).toHaveLength(1);
  });

  it('gives the cursor back on every way out, and touches nothing once it has ended', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cpex-live-'));
    const file = path.join(folder, 'terminal');
    const fd = openSync(file, 'w');
    try {
      const { stream } = terminal();
      const display = startLiveProgress(Object.assign(stream, { fd }), '/project');
      display.emit({ type: 'task.plan', tasks: [{ id: 'a', title: 'Build here' }] });
      await runCleanups();
      expect(readFileSync(file, 'utf8')).toBe('\u001b[?25h');
      await display.stop();
      const other = startLiveProgress(stream, '/project');
      await other.stop();
      await runCleanups();
      expect(readFileSync(file, 'utf8')).toBe('\u001b[?25h');
    } finally {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    }
  });

  it('prints nothing when nothing happened', async () => {
    const { stream, text } = terminal();
    await startLiveProgress(stream, '/project').stop();
    expect(text()).toBe('');
  });
});
