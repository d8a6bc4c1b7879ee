import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StdioRules } from '../../../src/model/process.js';
import type { CallEnd, Ending, HostServices, Session, TraceRecord } from '../../../src/model/session.js';
import type { Breach } from '../../../src/model/watch.js';
import { hostTarget } from '../../../src/project/targets/host.js';
import { SessionFailure } from '../../../src/runtime/failure.js';
import { stdioEngine } from '../../../src/runtime/stdio/engine.js';
import { groupMembers } from '../../../src/support/process-group.js';

/** A plugin of tau in Node, over both wires, with a defect by name. */
export const PLUGIN = path.join(import.meta.dirname, '../../plugins/tau/plugin.mjs');

export const WIRES = ['tau-lines', 'tau-frames'] as const;
type Wire = StdioRules['wire'];

export interface BenchOptions {
  readonly mode?: string;
  readonly deadlines?: { readonly start?: number; readonly call?: number; readonly stop?: number };
  readonly services?: HostServices;
  readonly artefact?: string;
}

/** What a session was, and what it was told. */
export interface Opened {
  readonly session: Session;
  readonly trace: TraceRecord[];
  readonly breaches: Breach[];
  readonly stderr: () => string;
}

/** Sessions of a test file, in a folder of their own; none of them outlives its test. */
export class TauBench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-tau-'));
  private readonly open: Session[] = [];

  async start(wire: Wire, { mode = '', deadlines, services, artefact = PLUGIN }: BenchOptions = {}): Promise<Opened> {
    const trace: TraceRecord[] = [];
    const breaches: Breach[] = [];
    let stderr = '';
    const session = await stdioEngine({ under: [] }).start({
      artefact,
      target: hostTarget().name,
      process: { transport: 'stdio', wire, env: { TAU_MODE: mode } },
      cwd: this.folder,
      deadlines: { start: 30_000, call: 30_000, stop: 30_000, ...deadlines },
      services: services ?? { answer: async () => ({ code: 0, body: Buffer.from('{"type":"ok"}') }) },
      trace: (record) => trace.push(record),
      breach: (breach) => breaches.push(breach),
      output: (_, bytes) => {
        stderr += Buffer.from(bytes).toString();
      },
    });
    this.open.push(session);
    return { session, trace, breaches, stderr: () => stderr };
  }

  /** The ending of a plugin that must not get as far as taking calls. */
  async refused(wire: Wire, mode: string, options: BenchOptions = {}): Promise<Ending> {
    return this.start(wire, { ...options, mode }).then(
      () => {
        throw new Error('The plugin was started.');
      },
      (error: unknown) => {
        if (error instanceof SessionFailure) return error.ending;
        throw error;
      },
    );
  }

  /** Ends what a test left, and says which processes stayed. */
  async close(): Promise<number[]> {
    const left: number[] = [];
    for (const session of this.open.splice(0)) {
      const { pid } = session;
      session.kill();
      await session.ended;
      if (pid !== 0) left.push(...groupMembers(pid));
    }
    return left;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let ids = 0;

/** Calls a tool, with an id that no other call has. */
export function callTool(session: Session, name: string, args: unknown, concurrent = false) {
  const tool_call_id = `t${++ids}`;
  const request = Buffer.from(JSON.stringify({ tool_call_id, name, arguments: args }));
  return session.call('tool_call', request, { concurrent, streaming: true });
}

/** The text of a tool's result. */
export function textOf(end: CallEnd): string {
  const { content } = bodyOf(end) as { content: readonly { text: string }[] };
  return content.map(({ text }) => text).join('');
}

export function bodyOf({ body }: Pick<CallEnd, 'body'>): unknown {
  return JSON.parse(Buffer.from(body).toString());
}
