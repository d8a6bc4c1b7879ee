import type { RunContext } from '../../model/context.js';
import type { ServiceEvent } from '../../model/profile.js';
import type { TraceRecord } from '../../model/session.js';
import { traceLine, traceValue } from '../../report/trace-text.js';
import { eventValue } from '../../running/event-value.js';
import { PluginLines } from '../../running/plugin-lines.js';
import { stringifyExact } from '../../support/exact-json.js';
import { Redaction } from './redaction.js';
import type { PipelineConfig } from './types.js';

/** Events, printed lines and messages of a trace that are kept or shown for one plugin. */
const MOST = 1000;
/** Bytes of events, and of a trace, that are kept of one plugin. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What is kept of a plugin for the result, and how much was not. */
interface Kept {
  readonly events: object[];
  readonly trace: object[];
  /** Bytes that there is room for. */
  readonly room: { events: number; trace: number };
  shown: number;
  readonly dropped: { events: number; trace: number; lines: number };
}

/** Shows what the plugins of a run do beside their answers, and keeps it for machines, both within bounds. */
export class PipelineWatch {
  private readonly plugins = new Map<string, Kept>();
  /** Lines that a plugin has not ended yet. */
  private readonly lines: PluginLines;
  /** Takes what a plugin printed by itself. */
  readonly printed: PluginLines['printed'];

  private readonly redactions: ReadonlyMap<string, Redaction>;

  /** @param trace takes a line of the trace; absent where there is none */
  constructor(
    { plugins, variants = [] }: PipelineConfig,
    private readonly context: Pick<RunContext, 'emit'>,
    private readonly trace: ((line: string) => void) | undefined,
  ) {
    const configs = (name: string) =>
      [...plugins, ...variants].filter((one) => one.name === name).map((one) => one.config);
    this.redactions = new Map(plugins.map(({ name }) => [name, new Redaction(configs(name))]));
    this.lines = new PluginLines(context.emit, (plugin, text) => {
      if (!this.mayShow(this.kept(plugin))) return undefined;
      // A runtime prints why it panics, and that may quote anything.
      return this.redactions.get(plugin)?.text(text) ?? text;
    });
    this.printed = this.lines.printed;
  }

  /** Takes what a plugin did through a service. */
  observed(plugin: string, told: ServiceEvent): void {
    const event = this.redactions.get(plugin)?.event(told) ?? told;
    const kept = this.kept(plugin);
    const size = kept.events.length < MOST ? sizeOf(event) : 0;
    if (kept.events.length < MOST && size <= kept.room.events) {
      kept.events.push({ plugin, ...eventValue(event) });
      kept.room.events -= size;
    } else kept.dropped.events += 1;
    if (event.kind === 'http' || event.kind === 'call' || !this.mayShow(kept)) return;
    if (event.kind !== 'finding') this.context.emit({ type: 'service', event: named(plugin, event) });
    else if (event.finding.severity !== 'info') {
      const { finding } = event;
      this.context.emit({ type: 'finding', finding: { ...finding, message: `${plugin}: ${finding.message}` } });
    }
  }

  /** Takes one message between host and plugin. */
  traced(plugin: string, message: TraceRecord): void {
    const kept = this.kept(plugin);
    if (kept.trace.length >= MOST || message.size > kept.room.trace) {
      kept.dropped.trace += 1;
      return;
    }
    kept.room.trace -= message.size;
    const whole = CONFIGURES.has(message.method) || isFailure(message.body);
    const record = { ...message, body: this.redactions.get(plugin)?.bytes(message.body, whole) ?? message.body };
    kept.trace.push({ plugin, ...traceValue(record) });
    this.trace?.(`${plugin} ${traceLine(record)}`);
  }

  /** Ends open lines, and tells what was too much to show. */
  end(): void {
    this.lines.end();
    for (const [plugin, { dropped }] of this.plugins) {
      const many = [
        ...(dropped.lines === 0 ? [] : [`${dropped.lines} lines that it printed or logged`]),
        ...(dropped.trace === 0 ? [] : [`${dropped.trace} messages of its trace`]),
      ].join(' and ');
      if (many !== '') this.context.emit({ type: 'note', level: 'warn', text: `${plugin}: ${many} are not shown.` });
    }
  }

  /** For machines: what was kept, and by plugin how much was not. */
  value(traced: boolean): Record<string, unknown> {
    const all = [...this.plugins];
    const dropped = all.filter(([, one]) => one.dropped.events + one.dropped.trace > 0);
    return {
      events: all.flatMap(([, { events }]) => events),
      ...(traced ? { trace: all.flatMap(([, { trace }]) => trace) } : {}),
      ...(dropped.length === 0
        ? {}
        : {
            dropped: Object.fromEntries(
              dropped.map(([plugin, one]) => [plugin, { events: one.dropped.events, trace: one.dropped.trace }]),
            ),
          }),
    };
  }

  private mayShow(kept: Kept): boolean {
    if (kept.shown < MOST) {
      kept.shown += 1;
      return true;
    }
    kept.dropped.lines += 1;
    return false;
  }

  private kept(plugin: string): Kept {
    const known = this.plugins.get(plugin);
    if (known !== undefined) return known;
    const made: Kept = {
      events: [],
      trace: [],
      room: { events: MOST_BYTES, trace: MOST_BYTES },
      shown: 0,
      dropped: { events: 0, trace: 0, lines: 0 },
    };
    this.plugins.set(plugin, made);
    return made;
  }
}

/** Characters that an event takes up, written as JSON. */
function sizeOf(event: ServiceEvent): number {
  return 'bytes' in event ? event.bytes.byteLength : stringifyExact(event).length;
}

/** Calls that carry a configuration. */
const CONFIGURES: ReadonlySet<string> = new Set(['plugin.register', 'plugin.reconfigure']);

/** How a failure says so, in JSON and in MessagePack. */
const FAILURES = ['"ok":false', '"ok": false', Buffer.from([0xa2, 0x6f, 0x6b, 0xc2])];

function isFailure(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return FAILURES.some((form) => bytes.includes(form));
}

/** A log line says who wrote it. */
function named(plugin: string, event: ServiceEvent): ServiceEvent {
  return event.kind === 'log' ? { ...event, message: `${plugin}: ${event.message}` } : event;
}
