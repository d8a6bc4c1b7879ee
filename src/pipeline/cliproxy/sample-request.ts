import { formatNames } from '../../hosts/cliproxy/formats.js';
import type { PluginHost } from './plugin-host.js';
import { servedModels } from './served-models.js';
import type { Upstream } from './upstream.js';
import { textsOf } from './values.js';

const MODEL = 'sample-large';
const TEXT = 'Is 2 < 3 & 3 > 2?';

/** A provider of the host for the sample, so that plugins without a model of their own see a whole request too. */
export const SAMPLE_UPSTREAM: Upstream = {
  provider: 'cpex-sample',
  format: 'openai',
  models: [MODEL],
  status: 200,
  headers: { 'Content-Type': ['application/json'] },
  body: json({
    id: 'sample',
    object: 'chat.completion',
    created: 0,
    model: MODEL,
    choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
  }),
  chunks: [],
  delayMs: 0,
};

/** What `cpex run request` sends when it was given nothing, as `--data` would have it. */
export interface SampleRequest {
  readonly format: string;
  readonly model: string;
  readonly body: object;
}

/** A short question for the first model that a plugin serves, in a format that the plugin reads. */
export function sampleRequest(host: PluginHost): SampleRequest {
  const [served] = servedModels(host);
  const model = served?.model ?? MODEL;
  const declared = formatNames(textsOf(served?.executor.capabilities.executor_input_formats));
  const format = declared.find((name) => Object.hasOwn(BODIES, name)) ?? 'openai';
  return { format, model, body: { ...(format === 'gemini' ? {} : { model }), ...BODIES[format] } };
}

/** The same question in the formats of the host. */
const BODIES: Readonly<Record<string, object>> = {
  openai: { messages: [{ role: 'user', content: TEXT }] },
  'openai-response': { input: TEXT },
  claude: { max_tokens: 256, messages: [{ role: 'user', content: TEXT }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: TEXT }] }] },
};

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
