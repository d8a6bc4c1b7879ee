import { isOtherForm } from '../wanted-kind.js';
import type { ToolchainRequest } from './toolchain.js';

/** Tag under which the Go SDK serves its host as a process. */
const PROCESS_TAG = 'cpex_process';

/**
 * The flag that makes a process of a plugin which is a library otherwise; none for all other builds. Go takes the last
 * of repeated flags, so it has the author's tags, too, and is to come after them.
 */
export function processTags(request: Pick<ToolchainRequest, 'project' | 'kind' | 'extra' | 'env'>): readonly string[] {
  const { project, kind, extra, env } = request;
  if (!isOtherForm(project.manifest.host, kind)) return [];
  const words = [...(env.GOFLAGS ?? '').split(/\s+/), ...(project.manifest.build?.flags ?? []), ...extra];
  let given = '';
  for (const [index, word] of words.entries()) {
    const flag = /^--?tags(?:=(.*))?$/.exec(word);
    if (flag !== null) given = flag[1] ?? words[index + 1] ?? '';
  }
  const tags = given.split(/[\s,]+/).filter(Boolean);
  return [`-tags=${[...tags, PROCESS_TAG].join(',')}`];
}
