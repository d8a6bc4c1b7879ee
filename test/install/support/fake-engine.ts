import { readFileSync } from 'node:fs';
import type { CallEnd, Engine } from '../../../src/model/session.js';

/**
 * An engine that loads nothing: it answers the registration with the text that the library holds.
 * For tests of what happens after a trial start that went well.
 */
export const fakeEngine: Engine = {
  name: 'fake',
  transport: 'native',
  start: async ({ artefact }) => {
    const text = readFileSync(artefact, 'latin1').match(
      /\{"ok":true,"result":\{"schema_version".*?"capabilities":\{[^}]*\}\}\}/,
    )?.[0];
    if (text === undefined) throw new Error('no registration in the library');
    const body = Buffer.from(text, 'latin1');
    const end: CallEnd = { code: 0, body, durationNs: 1, slot: { nullPointer: false, length: body.length } };
    const clean = Promise.resolve({ kind: 'clean' } as const);
    return {
      pid: process.pid,
      abiVersion: 1,
      call: (method) => ({ id: 1, method, chunks: none(), end: Promise.resolve(end), cancel: () => undefined }),
      abilities: new Set<string>(),
      loop: async () => ({ count: 0, totalNs: 0, code: 0 }),
      stop: () => clean,
      kill: () => undefined,
      ended: clean,
    };
  },
};

async function* none(): AsyncGenerator<never> {}
