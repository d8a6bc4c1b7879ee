import path from 'node:path';
import type { FileLayout } from '../../model/profile.js';
import { artefactName } from '../../project/artefact-name.js';
import { fileNameProblem } from '../../project/plugin-names.js';
import { userDataFolder } from '../../support/user-folders.js';

/** `<plugins>/<target>/<id>.<ext>`: artefacts of several C libraries lie side by side. */
export const cpexLayout: FileLayout = {
  defaultFolder: (env) => env.CPEX_PLUGINS_DIR || path.join(userDataFolder('cpex', env), 'plugins'),
  artefactPath: (id, _version, target) => path.join(target.name, `${id}${target.libraryExtension}`),
  idProblem: fileNameProblem,
};

/** Processes lie beside the libraries of their target. */
export const cpexProcessLayout: FileLayout = {
  ...cpexLayout,
  artefactPath: (id, _version, target) => path.join(target.name, artefactName(id, 'executable', target)),
};
