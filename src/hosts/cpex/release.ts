import type { ReleaseRules } from '../../model/profile.js';

/** `<id>_<version>_<target>.zip`: artefacts of several C libraries have names of their own. */
export const cpexRelease: ReleaseRules = {
  archives: (id, version, target) => [{ name: `${id}_${version}_${target.name}.zip` }],
  withRecord: true,
  registries: false,
  identity: 'registration',
  tolerant: false,
};

/** `<id>_<version>_<target>-process.zip`, so that the library's archive may lie beside it. */
export const cpexProcessRelease: ReleaseRules = {
  ...cpexRelease,
  archives: (id, version, target) => [{ name: `${id}_${version}_${target.name}-process.zip` }],
};
