import path from 'node:path';
import type { Manifest, Project } from '../model/manifest.js';

/** Absolute folder of the build file: `go.mod`, `Cargo.toml` or `CMakeLists.txt`. */
export function sourceRoot(project: Project): string {
  return path.join(project.root, project.manifest.build?.folder ?? '.');
}

/** Whether the SDK of the project takes id and version from a file that is generated from `cpex.yaml`. */
export function hasIdentityFile({ build }: Pick<Manifest, 'build'>): boolean {
  return build?.identity !== false;
}
