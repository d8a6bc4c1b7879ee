import type { StdioRules } from '../../model/process.js';
import type { HostProfile } from '../../model/profile.js';
import { LANGUAGES } from '../../model/target.js';
import { readAnswer } from './answers.js';
import { REGISTER, tauContract } from './contract.js';
import { tauLayout } from './layout.js';
import { readRegistration } from './registration.js';
import { tauRelease } from './release.js';
import { encodeRequest } from './requests.js';
import { sampleCalls } from './samples.js';
import { tauServer } from './server.js';
import { readWords } from './words.js';

/** tau: tools, hooks and commands of a process that speaks JSON lines, or the frames of CBOR that are announced. */
export const tauProfile: HostProfile = {
  name: 'tau',
  summary: 'tau: tools, hooks and commands of a process over standard input and output.',
  transport: 'stdio',
  process: { transport: 'stdio', wire: 'tau-lines' },
  contract: tauContract,
  languages: LANGUAGES,
  layout: tauLayout,
  release: tauRelease,
  protocol: {
    // The plugin registers unasked; the transport hands on what came.
    registration: () => ({ method: REGISTER, body: Buffer.from('{}') }),
    readRegistration,
    readEnvelope: readAnswer,
    encodeRequest,
    sampleCalls,
    streamsOf: (method) => ({ requests: false, answers: method === 'tool_call' }),
    readWords,
  },
  services: tauServer,
  forProject: async ({ settings: { wire, args, env } }) => {
    const rules: StdioRules = {
      transport: 'stdio',
      wire: wire === 'cbor' ? 'tau-frames' : 'tau-lines',
      ...(args === undefined ? {} : { args }),
      ...(env === undefined ? {} : { env }),
    };
    return { ...tauProfile, process: rules };
  },
};
