import type { HostProfile, HostProtocol } from '../../model/profile.js';
import { LANGUAGES } from '../../model/target.js';
import { type Codec, codecNamed, HOOK, JSON_CODEC, requestPlaces } from './codec.js';
import { cpexContract } from './contract.js';
import { readEnvelope } from './envelope.js';
import { evaluateHook, type HookRequest } from './hooks.js';
import { cpexLayout, cpexProcessLayout } from './layout.js';
import { REGISTER, readRegistration, registrationRequest } from './registration.js';
import { cpexProcessRelease, cpexRelease } from './release.js';
import { resultFindings } from './results.js';
import { sampleCalls } from './samples.js';
import { cpexServices } from './services.js';
import { readWords } from './words.js';
import { writeHook } from './written-hook.js';

/** The rules of calls with bodies in one codec. Registration is JSON in each. */
function protocolIn(chosen: Codec): HostProtocol {
  const codecOf = (method: string) => (method === REGISTER ? JSON_CODEC : chosen);
  return {
    registration: registrationRequest,
    readRegistration,
    readEnvelope: (code, body, method, request) => readEnvelope(codecOf(method), code, body, method, request),
    encodeRequest: (request, method, written) => {
      const codec = codecOf(method);
      if (written !== undefined && method === HOOK) return writeHook(codec, request, written);
      return codec.write(request, codec === JSON_CODEC ? undefined : requestPlaces(method, request));
    },
    sampleCalls,
    readWords,
    inCodec: (name) => {
      const named = codecNamed(name);
      return named === undefined ? undefined : protocolIn(named);
    },
  };
}

/** The default host: hooks, commands, steps and events of builds over the native ABI of `docs/abi.md`. */
export const cpexProfile: HostProfile = {
  name: 'cpex',
  summary: 'Hooks, commands and builds over the native ABI.',
  transport: 'native',
  native: { entry: 'cpex_plugin_init', abiVersion: cpexContract.abiVersion },
  asProcess: {
    process: { transport: 'stdio', wire: 'cpex-frames', abiVersion: cpexContract.abiVersion },
    layout: cpexProcessLayout,
    release: cpexProcessRelease,
  },
  contract: cpexContract,
  languages: LANGUAGES,
  layout: cpexLayout,
  release: cpexRelease,
  protocol: protocolIn(JSON_CODEC),
  services: cpexServices,
  resultFindings,
  evaluate: (request, result) => evaluateHook(request as HookRequest, result),
};
