import type { Finding } from '../../../model/finding.js';
import type { Subject } from '../../subject.js';
import { judgeEnding } from '../../verdict.js';
import { alsoIn } from '../goldens.js';
import { withPrivateHome } from '../private-home.js';
import type { TestOutcome } from '../types.js';
import { compareLives, isOurs, live } from './rebirth.js';

/** Bytes that a file may have on the full disk: nothing at all, and a part of what was to be written. */
const ROOM = [0, 64];

/**
 * Whether the plugin survives a disk on which nothing can be written, and starts again on the torn files that it left
 * there. Files are limited in their size: writes beyond it fail, as on a full disk.
 */
export async function survivesFullDisk(id: string, subject: Subject): Promise<TestOutcome> {
  return withPrivateHome(async ({ env }) => {
    const [one, other] = [await live(subject, { env }), await live(subject, { env })];
    const usual = alsoIn(one.steady, other.steady);
    for (const room of ROOM) {
      // It may refuse to work, in whatever words; it may not die.
      const hungry = await live(subject, { env, watch: { prepare: `file-size:${room}` } });
      if (isOurs(hungry.ending)) return { findings: [], ending: hungry.ending };
      const death = hungry.ending.kind === 'refused' ? undefined : judgeEnding(hungry.ending, id);
      if (death !== undefined) {
        const { message, evidence = [] } = death.finding;
        const about = { id, severity: 'fail', remedy: REMEDY } as const;
        return { findings: [{ ...about, message: `With a full disk: ${message}`, evidence }] };
      }
      const again = await live(subject, { env });
      if (isOurs(again.ending)) return { findings: [], ending: again.ending };
      const lost: Finding[] = compareLives(id, 'a full disk', usual, again);
      if (lost.length > 0) return { findings: lost.map((finding) => ({ ...finding, remedy: REMEDY })) };
    }
    return { findings: [] };
  });
}

const REMEDY = 'Look at what write, fflush and fclose return; write to another name, and rename when it is whole.';
