import type { BuiltSubject, SubjectOptions } from '../build/subject.js';
import { profileFor } from '../hosts/registry.js';
import type { RunContext } from '../model/context.js';
import type { ReattachRecord } from '../model/process.js';
import { findProject } from '../project/find.js';
import { hostTarget } from '../project/targets/host.js';
import { CpexError } from '../support/errors.js';

/**
 * The plugin that a record leads to, under the project's or the named host's profile. Nothing is built.
 * Throws CPEX_E_USAGE for hosts whose plugins cannot be shared.
 */
export async function attachedSubject(
  reattach: ReattachRecord,
  { host, application }: Pick<SubjectOptions, 'host' | 'application'>,
  context: RunContext,
): Promise<BuiltSubject> {
  const project = await findProject(context.cwd);
  const side = project ?? { root: context.cwd };
  // Whoever started the plugin has shown it its cookie.
  const cookie = project?.manifest.process?.cookie ?? { key: '', value: '' };
  const profile = await profileFor(host ?? project?.manifest.host ?? 'go-plugin', {
    ...side,
    application: { cookie, ...application },
  });
  if (profile.transport !== 'grpc') {
    throw new CpexError(
      'CPEX_E_USAGE',
      `Plugins for the host "${profile.name}" speak with the one that started them.`,
      {
        remedy: '--reattach is for hosts of go-plugin: name one with --host, or leave --reattach away.',
      },
    );
  }
  const rules = profile.process?.transport === 'grpc' ? profile.process : { cookie: { key: '', value: '' } };
  return {
    artefact: reattach.address.address,
    target: hostTarget(),
    profile: {
      ...profile,
      process: {
        ...rules,
        transport: 'grpc',
        // What the plugin speaks was agreed upon when it was started.
        versions: [reattach.protocolVersion],
        autoMtls: false,
        reattach,
      },
    },
    ...(project === undefined ? {} : { project }),
  };
}
