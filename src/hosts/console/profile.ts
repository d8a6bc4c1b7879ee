import path from 'node:path';
import { type Finding, PROVISIONAL } from '../../model/finding.js';
import type { GrpcRules } from '../../model/process.js';
import type { HostProfile } from '../../model/profile.js';
import { packageRoot } from '../../support/package-root.js';
import { grpcProfile } from '../go-plugin/grpc-profile.js';
import { consoleLayout } from './layout.js';
import { consoleRelease } from './release.js';
import { CONSOLE_SAMPLES } from './samples.js';

/** The seams of Console by the last word of their service's name. */
const SEAM_OF_SERVICE: Readonly<Record<string, string>> = {
  StoreService: 'store',
  NotifierService: 'notifier',
  StatusProviderService: 'status_provider',
  LLMService: 'llm',
};

/** Said wherever cpex goes by its own file: a plugin that was built with another one may be right all the same. */
const NOTE: Finding = {
  id: PROVISIONAL,
  severity: 'warn',
  message: "The contract is provisional: package and field numbers of Console's services are cpex's own guess.",
  evidence: ['the plugin does not describe its services (server reflection), and no .proto file is named'],
  remedy: "Name Console's own files with --proto, or under process.protos in cpex.yaml.",
};

/** How Console starts plugins. */
const RULES: GrpcRules = {
  transport: 'grpc',
  cookie: { key: 'CONSOLE_PLUGIN', value: 'console-plugin-v1' },
  versions: [1],
  autoMtls: false,
};

/** Console: a store, status providers, notifiers and a language model as processes. */
export function consoleProfile(): HostProfile {
  return grpcProfile({
    name: 'console',
    summary: 'Console: store, status providers, notifiers and language model over gRPC.',
    layout: consoleLayout,
    release: consoleRelease,
    rules: RULES,
    rulesOf: ({ auto_mtls = false, args, env }) => ({
      ...RULES,
      autoMtls: auto_mtls,
      ...(args === undefined ? {} : { args }),
      ...(env === undefined ? {} : { env }),
    }),
    capability: 'seam',
    wordOf: seamOf,
    samples: CONSOLE_SAMPLES,
    provisional: { file: path.join(packageRoot(), 'schemas', 'hosts', 'console', 'console.proto'), note: NOTE },
  });
}

/** The seam that a service is for; undefined for any other service. */
export function seamOf(service: string): string | undefined {
  const name = service.slice(service.lastIndexOf('.') + 1);
  return Object.hasOwn(SEAM_OF_SERVICE, name) ? SEAM_OF_SERVICE[name] : undefined;
}
