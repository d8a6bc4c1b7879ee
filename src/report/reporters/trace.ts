import { performance } from 'node:perf_hooks';
import type { CpexEvent } from '../../model/event.js';
import type { TraceRecord } from '../../model/session.js';
import { stringifyExact } from '../../support/exact-json.js';
import { bodyText } from '../trace-text.js';
import type { Reporter } from './reporter.js';

/** Characters of a body that an event shows. */
const SHOWN = 512;

/** Rows of one process: what the host asks, what the plugin asks. */
const CALLS = 1;
const CALLBACKS = 2;

/**
 * The calls of a run in the trace event format that Perfetto and chrome://tracing read: one process for each plugin
 * process, one row for calls into the plugin and one for its requests, times in microseconds.
 */
export function traceReporter(): Reporter {
  const sessions = new Map<string, { readonly pid: number; readonly startUs: number }>();
  const lines: string[] = [];
  const add = (event: object) => lines.push(stringifyExact(event));
  return {
    traces: true,
    event: (event: CpexEvent) => {
      if (event.type !== 'trace') return undefined;
      const { record, test = 'run', session = 1 } = event;
      const key = `${test} ${session}`;
      let own = sessions.get(key);
      if (own === undefined) {
        own = { pid: sessions.size + 1, startUs: performance.now() * 1000 - record.timeNs / 1000 };
        sessions.set(key, own);
        add(named(own.pid, 'process_name', 0, session === 1 ? test : `${test} (process ${session})`));
        add(named(own.pid, 'thread_name', CALLS, 'calls into the plugin'));
        add(named(own.pid, 'thread_name', CALLBACKS, "the plugin's requests"));
      }
      const shown = toEvent(record, own.pid, own.startUs);
      if (shown !== undefined) add(shown);
      return undefined;
    },
    end: () => `{"displayTimeUnit":"ms","traceEvents":[\n${lines.join(',\n')}\n]}\n`,
  };
}

function named(pid: number, name: string, tid: number, text: string): object {
  return { ph: 'M', name, pid, tid, args: { name: text } };
}

/** A response stands for its call: it knows how long that took. Requests alone are shown as instants. */
function toEvent(record: TraceRecord, pid: number, startUs: number): object | undefined {
  const { direction, kind, method, durationNs, code, id, size, wire } = record;
  const endUs = startUs + record.timeNs / 1000;
  const ofCalls = kind === 'life' || (direction === 'to-plugin') === (kind === 'request');
  const tid = ofCalls ? CALLS : CALLBACKS;
  const about = { pid, tid, cat: kind, name: method === '' ? '(empty)' : method };
  const args = {
    id,
    size,
    ...(wire === undefined ? {} : { wire }),
    ...(code === undefined ? {} : { code }),
    body: shownBody(record),
  };
  if (kind === 'response' && durationNs !== undefined) {
    const dur = durationNs / 1000;
    return { ph: 'X', ...about, ts: endUs - dur, dur, args };
  }
  return { ph: 'i', s: 't', ...about, ts: endUs, args };
}

function shownBody(record: TraceRecord): string {
  const { body } = record;
  // What is cut is read as text: no other form survives that.
  if (body.byteLength <= SHOWN) return bodyText(record);
  return Buffer.from(body.buffer, body.byteOffset, SHOWN).toString('utf8');
}
