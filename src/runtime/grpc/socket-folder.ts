import { randomBytes } from 'node:crypto';
import { tellGuardian } from '../process/guardian.js';
import { makePrivateFolder } from '../process/private-folder.js';

/** A private folder that the guardian removes when nobody else does. */
export function socketFolder(): { readonly folder: string; remove(): void } {
  const token = randomBytes(12).toString('hex');
  tellGuardian(['expect', token]);
  const { folder, remove } = makePrivateFolder(token);
  return {
    folder,
    remove: () => {
      remove();
      tellGuardian(['forget', token]);
    },
  };
}
