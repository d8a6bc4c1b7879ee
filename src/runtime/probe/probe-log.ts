import type { Phase } from '../../model/session.js';
import { type LastMoment, PHASES } from '../wire/recorder.js';

/** What a probe has told about its plugin: the step of its life, and the calls that have begun and not ended. */
export class ProbeLog {
  /** The signal of a crash that the probe told of itself. */
  crash: string | undefined;
  private life: Phase | undefined;
  /** Method by call, in the order in which they began. */
  private readonly running = new Map<number, string>();

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
