import type { Finding } from '../model/finding.js';
import type { Project } from '../model/manifest.js';
import { wantsRepository } from './contract-data.js';

/** Owner that stands in a new `cpex.yaml` until the author writes their own; no account can have this name. */
const PLACEHOLDER = 'https://github.com/-owner-/';

/** An address in the form that hosts expect, and that nobody has. */
export function placeholderRepository(id: string): string {
  return `${PLACEHOLDER}${id}`;
}

/** Whether `cpex.yaml` says where the sources are, for a host that asks. */
export function repositoryProblems({ manifest, file }: Project): Finding[] {
  if (!wantsRepository(manifest.host)) return [];
  const { repository = '' } = manifest;
  const remedy = 'Write the address of the sources as repository: in cpex.yaml.';
  if (repository.trim() === '') {
    const message = 'cpex.yaml names no repository, and the host passes over a plugin without one.';
    return [{ id: 'project.repository', severity: 'fail', message, remedy, file }];
  }
  if (!repository.startsWith(PLACEHOLDER)) return [];
  const message = 'The repository in cpex.yaml is still a placeholder.';
  return [{ id: 'project.repository', severity: 'info', message, evidence: [repository], remedy, file }];
}
