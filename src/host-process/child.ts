import { Socket } from 'node:net';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LaunchConfig } from '../runtime/native/launch-config.js';
import { Channel } from '../runtime/wire/channel.js';
import { type Frame, Kind } from '../runtime/wire/frame.js';
import { signalGroup } from '../support/process-group.js';
import { AsyncCalls } from './async-calls.js';
import { BlockingPort } from './blocking-port.js';
import { ExitGuard } from './exit-guard.js';
import { HostCallbacks } from './host-callbacks.js';
import { nativeBuffer, pin } from './libc.js';
import { takeOver, threadMemory } from './memory.js';
import {
  decodeShutdown,
  decodeTable,
  findEntry,
  hostTable,
  loadLibrary,
  type PluginTable,
  Refusal,
  readTable,
  refusedInit,
  shutdownAddress,
} from './plugin.js';
import type { CallEnvironment } from './sync-calls.js';
import type { WorkerData } from './worker.js';

/** An initialised plugin and the means to call it. */
interface Loaded {
  readonly table: PluginTable;
  readonly environment: CallEnvironment;
  readonly calls: AsyncCalls;
}

/** Serves one plugin to the parent: the main thread of the child process. */
class Child {
  private readonly process: ReturnType<typeof takeOver>;
  private readonly memory: ReturnType<typeof threadMemory>;
  private readonly control: Channel;
  private readonly callbacks: HostCallbacks;
  private loaded: Loaded | undefined;
  private workerGone: Promise<unknown> = Promise.resolve();
  private guard: ExitGuard | undefined;
  private ending = false;

  constructor(private readonly config: LaunchConfig) {
    this.process = takeOver(config);
    this.memory = threadMemory(this.process.addresses, 0);
    const { descriptors } = this.process;
    const { libc, replies } = this.memory;
    this.callbacks = new HostCallbacks(
      new BlockingPort(descriptors.callbacks, libc, replies),
      this.memory,
      config.optionalResponse === true,
    );
    const socket = new Socket({ fd: descriptors.control, readable: true, writable: true });
    this.control = new Channel(
      socket,
      (frame) => this.receive(frame),
      () => this.parentGone(),
      replies,
    );
    if (!this.process.guarded) this.control.send({ kind: Kind.Unguarded });
  }

  /** Loads the plugin and calls its entry on a pool thread: this one must be free for its callbacks. */
  start(): void {
    const { artefact, abiVersion } = this.config;
    const { libc, recorder } = this.memory;
    try {
      recorder.phase('load');
      const init = findEntry(loadLibrary(artefact, this.config), this.config);
      this.guard = new ExitGuard(libc);
      const table = pin(nativeBuffer(32));
      table.buffer.fill(0, 0, 32);
      recorder.phase('init');
      init.async(hostTable(libc, abiVersion, this.callbacks.call), table.address, (error, code) => {
        try {
          if (error !== null) throw error;
          if (code !== 0) throw refusedInit(code, this.config);
          this.ready(readTable(table.buffer, this.config));
        } catch (problem) {
          this.refuseFilled(problem, table.buffer);
        }
      });
    } catch (problem) {
      this.refuse(problem);
    }
  }

  /** Tells the parent that the host itself failed, and ends. */
  fail(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.control.send({ kind: Kind.Fault }, '', Buffer.from(text));
    this.end(70);
  }

  private ready(table: PluginTable): void {
    const environment = { ...this.memory, plugin: decodeTable(table) };
    this.loaded = { table, environment, calls: new AsyncCalls(this.control, environment) };
    this.callbacks.environment = environment;
    this.memory.recorder.phase('idle');
    const shares = environment.requests !== undefined && environment.replies !== undefined;
    this.control.send({ kind: Kind.Ready, a: table.abiVersion, b: shares ? 1 : 0 });
  }

  /** Refuses a plugin whose entry has run, and may have left work to undo. */
  private refuseFilled(problem: unknown, table: Buffer): void {
    const address = shutdownAddress(table);
    if (!(problem instanceof Refusal) || this.config.shutdownRefused !== true || address === 0n) {
      this.refuse(problem);
      return;
    }
    this.memory.recorder.phase('shutdown');
    decodeShutdown(address).async((error) => this.refuse(error ?? problem));
  }

  private refuse(problem: unknown): void {
    if (!(problem instanceof Refusal)) {
      this.fail(problem);
      return;
    }
    const { stage, code, message } = problem;
    this.control.send(
      { kind: Kind.Refused, ...(code === undefined ? {} : { code, b: 1 }) },
      stage,
      Buffer.from(message),
    );
    this.guard?.withdraw();
    this.end(0);
  }

  private receive(frame: Frame): void {
    if (frame.kind === Kind.Call) this.loaded?.calls.start(frame);
    else if (frame.kind === Kind.Release) this.memory.replies?.release(frame.a);
    else if (frame.kind === Kind.StartWorker) this.startWorker();
    else if (frame.kind === Kind.Stop) this.stop(frame.body, frame.a);
  }

  private startWorker(): void {
    if (this.loaded === undefined) return;
    const workerData: WorkerData = { addresses: this.process.addresses, table: this.loaded.table };
    const entry = path.join(path.dirname(process.argv[1] ?? ''), 'child-worker.cjs');
    // Without its own streams the worker would set the plugin's stdout and stderr to O_NONBLOCK.
    const worker = new Worker(entry, { workerData, stdin: false, stdout: true, stderr: true });
    worker.once('message', () => this.control.send({ kind: Kind.WorkerReady }));
    worker.once('error', (error) => this.fail(error));
    this.workerGone = new Promise((resolve) => worker.once('exit', resolve));
  }

  /**
   * Shuts the plugin down once its calls have returned. The parent has closed the calls channel, so
   * the worker ends by itself.
   */
  private stop(token: Buffer, lingerMs: number): void {
    const { loaded } = this;
    if (loaded === undefined) return;
    loaded.calls.whenIdle(() => {
      void this.workerGone.then(() => {
        this.memory.recorder.phase('shutdown');
        this.control.send({ kind: Kind.ShuttingDown });
        const done = () => {
          this.callbacks.closed = (method, body) => this.control.send({ kind: Kind.LateAsk }, method, body);
          setTimeout(() => this.finish(token), lingerMs);
        };
        const { shutdown } = loaded.environment.plugin;
        if (shutdown === undefined) done();
        else {
          shutdown.async((error) => {
            if (error !== null) throw error;
            done();
          });
        }
      });
    });
  }

  private finish(token: Buffer): void {
    this.memory.recorder.phase('exit');
    this.control.send({ kind: Kind.End }, '', token);
    this.guard?.withdraw();
    this.end(0);
  }

  private end(code: number): void {
    this.ending = true;
    this.control.end(() => process.exit(code));
  }

  /** The guardian does this too; it is the surest when nothing blocks this thread. */
  private parentGone(): void {
    if (!this.ending) signalGroup(process.pid, 'SIGKILL');
  }
}

function main(): void {
  const child = new Child(JSON.parse(process.argv[2] ?? '') as LaunchConfig);
  process.on('uncaughtException', (error) => child.fail(error));
  child.start();
}

main();
