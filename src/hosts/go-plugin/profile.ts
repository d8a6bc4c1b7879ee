import type { GrpcRules, ProcessSettings } from '../../model/process.js';
import type { HostProfile } from '../../model/profile.js';
import { CpexError } from '../../support/errors.js';
import { grpcProfile } from './grpc-profile.js';
import { goPluginLayout } from './layout.js';
import { goPluginRelease } from './release.js';

/** Any application whose plugins are started by hashicorp/go-plugin: what it asks of them stands in `cpex.yaml`. */
export function goPluginProfile(): HostProfile {
  return grpcProfile({
    name: 'go-plugin',
    summary: 'Any application of hashicorp/go-plugin: gRPC services of a process.',
    layout: goPluginLayout,
    release: goPluginRelease,
    rulesOf,
    capability: 'service',
    wordOf: (service) => service,
  });
}

function rulesOf({ cookie, versions = [1], auto_mtls = false, args, env }: ProcessSettings): GrpcRules {
  if (cookie === undefined) {
    throw new CpexError('CPEX_E_COOKIE', 'Nothing says which cookie the application starts its plugins with.', {
      remedy:
        'Write key and value of its magic cookie under process.cookie in cpex.yaml, or name it with --cookie KEY=VALUE.',
    });
  }
  return {
    transport: 'grpc',
    cookie,
    versions,
    autoMtls: auto_mtls,
    ...(args === undefined ? {} : { args }),
    ...(env === undefined ? {} : { env }),
  };
}
