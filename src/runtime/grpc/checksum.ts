import { createHash, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { GrpcRules } from '../../model/process.js';
import type { Ending } from '../../model/session.js';

/** Why an executable may not be started under the digest that was asked for; undefined when it may. */
export async function checksumRefusal(
  artefact: string,
  checksum: GrpcRules['checksum'],
): Promise<(Ending & { kind: 'refused' }) | undefined> {
  if (checksum === undefined) return undefined;
  const { algorithm } = checksum;
  const wanted = Buffer.from(checksum.value, 'hex');
  const refuse = (message: string, evidence: string[], remedy: string): Ending & { kind: 'refused' } => ({
    kind: 'refused',
    stage: 'spawn',
    message,
    evidence,
    remedy,
  });
  if (checksum.value === '') {
    return refuse(
      'No checksum was given for the executable.',
      [],
      'Give the digest as hex digits, or no checksum at all.',
    );
  }
  let found: Buffer;
  try {
    const hash = createHash(algorithm);
    await pipeline(createReadStream(artefact), hash);
    found = hash.digest();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(`The ${algorithm} of the executable could not be computed.`, [message], 'Name another algorithm.');
  }
  if (found.length === wanted.length && timingSafeEqual(found, wanted)) return undefined;
  return refuse(
    'The executable is not the one that the checksum was made of.',
    [`${algorithm} of the file: ${found.toString('hex')}`, `asked for: ${checksum.value}`],
    'Compare where the file came from; if it is the right one, give its new checksum.',
  );
}
