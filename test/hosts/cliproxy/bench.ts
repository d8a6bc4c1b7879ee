import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type OpenPlugin, openPlugin } from '../../../src/host-process/reference-host.js';
import { findProfile } from '../../../src/hosts/registry.js';
import type { ServiceEvent, ServiceOptions } from '../../../src/model/profile.js';
import type { Deadlines, TraceRecord } from '../../../src/model/session.js';
import { nativeEngine } from '../../../src/runtime/native/engine.js';

const sources = path.join(import.meta.dirname, 'plugins');

/** An opened plugin, and what was seen of it. */
export interface Opened {
  readonly plugin: OpenPlugin;
  readonly events: ServiceEvent[];
  readonly trace: TraceRecord[];
  /** Bodies of one direction as text, without the life cycle's records. */
  readonly bodies: (direction: TraceRecord['direction']) => string[];
  /** Ids of what the host noticed. */
  readonly noticed: () => string[];
}

/** A folder for one test file, with the plugins that are compiled and run in it. */
export class Bench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'cpex-cliproxy-'));
  private readonly open: OpenPlugin[] = [];
  private count = 0;

  /** Compiles `plugins/NAME.c` and returns the library's path. */
  compile(name: string): string {
    return this.cc(name, path.join(sources, `${name}.c`));
  }

  /** Compiles text that may include `plugin.h`. */
  compileText(name: string, source: string): string {
    const folder = path.join(this.folder, `${name}-${++this.count}`);
    mkdirSync(folder);
    const file = path.join(folder, 'plugin.c');
    writeFileSync(file, source);
    return this.cc(name, file);
  }

  /** Starts a library in the reference host; nothing is registered yet. */
  async start(
    artefact: string,
    options: { revision?: string; services?: Partial<ServiceOptions>; deadlines?: Partial<Deadlines> } = {},
  ): Promise<Opened> {
    const events: ServiceEvent[] = [];
    const trace: TraceRecord[] = [];
    const profile = findProfile(options.revision === undefined ? 'cliproxy' : `cliproxy@${options.revision}`);
    const plugin = await openPlugin({
      artefact,
      target: 'linux-x64',
      profile,
      engine: nativeEngine(),
      cwd: this.folder,
      services: { pluginId: 'plugin', allowNet: false, observe: (event) => events.push(event), ...options.services },
      deadlines: { start: 60_000, call: 60_000, stop: 60_000, ...options.deadlines },
      signal: new AbortController().signal,
      trace: (record) => trace.push(record),
    });
    this.open.push(plugin);
    return {
      plugin,
      events,
      trace,
      bodies: (direction) =>
        trace
          .filter((one) => one.kind !== 'life' && one.direction === direction)
          .map((one) => `${one.method} ${Buffer.from(one.body).toString()}`),
      noticed: () => events.flatMap((event) => (event.kind === 'finding' ? [event.finding.id] : [])),
    };
  }

  async remove(): Promise<void> {
    for (const plugin of this.open) await plugin.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private cc(name: string, source: string): string {
    const folder = path.join(this.folder, `${name}-${++this.count}`);
    mkdirSync(folder);
    const library = path.join(folder, 'plugin.so');
    const flags = ['-shared', '-fPIC', '-O1', '-w', '-pthread', '-fvisibility=hidden', '-I', sources];
    execFileSync('cc', [...flags, '-o', library, source], { stdio: 'inherit' });
    return library;
  }
}
