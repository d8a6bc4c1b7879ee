import type { HostProfile } from '../../model/profile.js';
import { LANGUAGES } from '../../model/target.js';
import { cpexContract } from './contract.js';
import { encode, readEnvelope } from './envelope.js';
import { evaluateHook, type HookRequest } from './hooks.js';
import { cpexLayout } from './layout.js';
import { readRegistration, registrationRequest } from './registration.js';
import { cpexRelease } from './release.js';
import { sampleCalls } from './samples.js';
import { cpexServices } from './services.js';
import { readWords } from './words.js';

/** The default host: hooks and commands over the native ABI of `docs/abi.md`. */
export const cpexProfile: HostProfile = {
  name: 'cpex',
  summary: 'Hooks and commands over the native ABI.',
  transport: 'native',
  native: { entry: 'cpex_plugin_init', abiVersion: cpexContract.abiVersion },
  contract: cpexContract,
  languages: LANGUAGES,
  layout: cpexLayout,
  release: cpexRelease,
  protocol: {
    registration: registrationRequest,
    readRegistration,
    readEnvelope,
    encodeRequest: encode,
    sampleCalls,
    readWords,
  },
  services: cpexServices,
  evaluate: (request, result) => evaluateHook(request as HookRequest, result),
};
