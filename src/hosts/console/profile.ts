import type { HostProfile } from '../../model/profile.js';
import { grpcProfile } from '../go-plugin/grpc-profile.js';
import { consoleLayout } from './layout.js';
import { consoleRelease } from './release.js';

/** The seams of Console by the last word of their service's name. */
export const SEAM_OF_SERVICE: Readonly<Record<string, string>> = {
  StoreService: 'store',
  NotifierService: 'notifier',
  StatusProviderService: 'status_provider',
  LLMService: 'llm',
};

/** Console: a store, status providers, notifiers and a language model as processes. */
export function consoleProfile(): HostProfile {
  return grpcProfile({
    name: 'console',
    summary: 'Console: store, status providers, notifiers and language model over gRPC.',
    layout: consoleLayout,
    release: consoleRelease,
    rules: {
      transport: 'grpc',
      cookie: { key: 'CONSOLE_PLUGIN', value: 'console-plugin-v1' },
      versions: [1],
      autoMtls: false,
    },
    capabilitiesOf: (services) => ({
      seam: services.flatMap((name) => SEAM_OF_SERVICE[name.slice(name.lastIndexOf('.') + 1)] ?? []),
    }),
  });
}
