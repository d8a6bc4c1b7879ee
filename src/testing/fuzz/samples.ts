import type { SampleCall } from '../../model/profile.js';
import { endingError } from '../../runtime/failure.js';
import { CpexError } from '../../support/errors.js';
import type { Subject } from '../subject.js';
import { inChild } from './child.js';
import { RecordFile } from './record-file.js';

/**
 * A valid call for everything that a plugin declares when it registers.
 * @throws CpexError `CPEX_E_FUZZ` when it does not register, or how its process ended
 */
export async function samplesOf(subject: Subject): Promise<readonly SampleCall[]> {
  const record = await RecordFile.make();
  try {
    const { value, ending } = await inChild(subject, { record, register: true }, async (child) => child);
    if (ending.kind !== 'clean') throw endingError(ending);
    if (value !== undefined && value.registration.id !== '') return value.samples;
    throw new CpexError('CPEX_E_FUZZ', 'The plugin does not register.', {
      remedy: 'cpex test --level 1 says why; fuzzing begins with a plugin that works.',
    });
  } finally {
    await record.remove();
  }
}
