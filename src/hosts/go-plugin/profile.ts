import type { HostProfile } from '../../model/profile.js';
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
    capabilitiesOf: (services) => ({ service: services }),
  });
}
