import type { ArtefactKind, Target } from '../model/target.js';

/** The file that a plugin is built into: `weather.so`, `weather.exe`, `weather`. */
export function artefactName(id: string, kind: ArtefactKind, target: Target): string {
  return id + (kind === 'library' ? target.libraryExtension : target.executableExtension);
}
