import path from 'node:path';
import type { FileLayout, ReleaseRules } from '../model/profile.js';
import { fileNameProblem } from '../project/plugin-names.js';
import { userDataFolder } from '../support/user-folders.js';

/**
 * `<plugins>/<id>[.exe]`, for hosts that start whatever file they are told: such hosts find plugins by a pattern of
 * names in one folder, or by a path, and only those of this machine can run here.
 * @param folder name of the default folder below cpex's own
 */
export function executableLayout(folder: string): FileLayout {
  return {
    defaultFolder: (env) => env.CPEX_PLUGINS_DIR || path.join(userDataFolder('cpex', env), folder),
    artefactPath: (id, _version, target) => `${id}${target.executableExtension}`,
    idProblem: fileNameProblem,
  };
}

/**
 * `<id>_<version>_<target>.zip` with the record: an executable says nothing of who it is, and these hosts do not ask.
 */
export const executableRelease: ReleaseRules = {
  archives: (id, version, target) => [{ name: `${id}_${version}_${target.name}.zip` }],
  withRecord: true,
  registries: false,
  identity: 'file',
  tolerant: true,
};
