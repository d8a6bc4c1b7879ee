import type { ReleaseRules } from '../../model/profile.js';

/** `<id>_<version>_<target>.zip`: artefacts of several C libraries have names of their own. */
export const cpexRelease: ReleaseRules = {
  archives: (id, version, target) => [{ name: `${id}_${version}_${target.name}.zip` }],
  withRecord: true,
  registries: false,
  identity: 'registration',
  tolerant: false,
};
