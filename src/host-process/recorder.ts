import { writeSync } from 'node:fs';
import type { Phase } from '../model/session.js';
import {
  CONCURRENT_SLOT,
  LIFE_SLOT,
  MAX_RECORDED_METHOD,
  PHASES,
  RECORDER_SIZE,
  SLOT_METHOD_AT,
  SLOT_SIZE,
  SLOTS,
} from '../runtime/wire/recorder.js';

/** Where in the life slot the counter lies that orders calls. */
const ORDER_AT = 2;

/**
 * The writing side of the flight recorder. Where the page is mapped, what is written here is in the
 * parent's reach even if the next instruction kills the process.
 */
export class Recorder {
  private readonly words: Uint32Array;

  /**
   * @param page the mapped page
   * @param descriptor file to write to after each change; only where mapping is not possible
   */
  constructor(
    private readonly page: Buffer,
    private readonly descriptor?: number,
  ) {
    this.words = new Uint32Array(page.buffer, page.byteOffset, RECORDER_SIZE / 4);
  }

  /** Notes the phase of the plugin's life. */
  phase(phase: Phase): void {
    this.words[(LIFE_SLOT * SLOT_SIZE) / 4] = PHASES.indexOf(phase);
    this.flush(LIFE_SLOT);
  }

  /** Notes that a call begins. `method` includes its terminator. */
  begin(slot: number, callId: number, method: Uint8Array): void {
    const at = (slot * SLOT_SIZE) / 4;
    const length = Math.min(method.length - 1, MAX_RECORDED_METHOD);
    for (let i = 0, to = slot * SLOT_SIZE + SLOT_METHOD_AT; i < length; i++) this.page[to + i] = method[i] ?? 0;
    this.words[at + 1] = callId;
    // One counter for all threads. A lost update only blurs which of two calls began last.
    this.words[at + 2] = this.words[ORDER_AT] = (this.words[ORDER_AT] ?? 0) + 1;
    this.words[at + 3] = length;
    this.words[at] = 1;
    this.flush(slot);
  }

  /** Notes that the call of this slot has returned. */
  end(slot: number): void {
    this.words[(slot * SLOT_SIZE) / 4] = 0;
    this.flush(slot);
  }

  /** A slot for a concurrent call, or undefined when all are taken: that call goes unrecorded. */
  freeSlot(): number | undefined {
    for (let slot = CONCURRENT_SLOT; slot < SLOTS; slot++) {
      if (this.words[(slot * SLOT_SIZE) / 4] === 0) return slot;
    }
    return undefined;
  }

  /** Only the slot itself: the others may be another thread's. */
  private flush(slot: number): void {
    if (this.descriptor === undefined) return;
    writeSync(this.descriptor, this.page, slot * SLOT_SIZE, SLOT_SIZE, slot * SLOT_SIZE);
  }
}
