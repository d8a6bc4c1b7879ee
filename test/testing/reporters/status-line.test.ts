import { expect, it } from 'vitest';
import type { CpexEvent } from '../../../src/model/event.js';
import { statusBelow, statusLine } from '../../../src/report/status-line.js';

/** A terminal of a width that keeps what is written to it. */
function terminal(columns: number, isTTY = true) {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 };
  return { written, stream: stream as unknown as NodeJS.WriteStream };
}

const CLEAR = '\r\u001b[K';
const begins: CpexEvent = { type: 'test.start', suite: 'conformance', id: 'mem.alias', title: 'keeps answers apart' };

it('says on one line what has begun, and gives way to what is to stay', () => {
  const { written, stream } = terminal(80);
  const below = statusBelow(statusLine(stream, true), (event) => {
    if (event.type === 'note') written.push(event.text);
  });
  below.emit({ type: 'task.start', id: 'build', title: 'Build linux-x64' });
  below.emit({ type: 'task.end', id: 'build', title: 'Built linux-x64', outcome: 'done', durationMs: 1 });
  below.emit(begins);
  below.emit({ type: 'note', level: 'warn', text: 'a note' });
  below.clear();
  below.clear();
  const text = `${CLEAR}test 1 · mem.alias keeps answers apart`;
  expect(written).toEqual([`${CLEAR}Build linux-x64 …`, CLEAR, text, CLEAR, 'a note', text, CLEAR]);
});

it('never fills a line, for which a terminal would begin another', () => {
  const { written, stream } = terminal(20);
  statusBelow(statusLine(stream, true), () => undefined).emit(begins);
  expect(written).toEqual([`${CLEAR}test 1 · mem.alias `]);
});

it.each([
  ['no terminal', false, true],
  ['nobody who wants it', true, false],
])('says nothing where there is %s', (_why, isTTY, wanted) => {
  const { written, stream } = terminal(80, isTTY);
  const below = statusBelow(statusLine(stream, wanted), () => undefined);
  below.emit(begins);
  below.clear();
  expect(written).toEqual([]);
});
