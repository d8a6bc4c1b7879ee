import type { Phase } from '../../model/session.js';
import { type LastMoment, PHASES } from '../wire/recorder.js';
import { CrashReport } from './crash-report.js';
import type { Modules } from './frames.js';
import { StackTale } from './stack-tale.js';

/** What a probe has told about its plugin: the step of its life, and the calls that have begun and not ended. */
export class ProbeLog {
  /** A crash that the probe told of itself. */
  crash: CrashReport | undefined;
  /** Asks the probe what its threads do; absent until there is a channel. */
  ask?: () => void;
  readonly stacks: StackTale;
  private life: Phase | undefined;
  /** Method by call, in the order in which they began. */
  private readonly running = new Map<number, string>();

  /** @param modules what frames of a stack are told apart by */
  constructor(private readonly modules: Modules) {
    this.stacks = new StackTale(modules);
  }

  /** The probe tells of a crash: once the facts, once the stack. */
  crashed(signal: string, fields: Buffer): void {
    this.crash ??= new CrashReport(signal, this.modules);
    this.crash.add(fields);
  }

  /** @param number of the phase, as the recorder's page has them */
  phase(number: number): void {
    this.life = PHASES[number] ?? this.life;
  }

  began(id: number, method: string): void {
    this.running.set(id, method);
  }

  returned(id: number): void {
    this.running.delete(id);
  }

  lastMoment(): LastMoment {
    const touched = this.life !== undefined;
    const life = this.life ?? 'load';
    const latest = [...this.running].at(-1);
    if (latest === undefined) return { touched, phase: life };
    const [callId, method] = latest;
    return { touched, phase: life === 'idle' ? 'call' : life, inFlight: { callId, method, phase: 'call' } };
  }
}
