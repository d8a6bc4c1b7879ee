import { fieldsOf } from '../../hosts/json-fields.js';
import { bodyChanges } from './changes.js';
import type { Model } from './claims.js';
import type { Pass } from './pass.js';
import { bytesOf, crossing, numberOf, textOf } from './values.js';

/** How much a model shall think. */
export interface ThinkingConfig {
  readonly Mode: 'budget' | 'level' | 'none' | 'auto';
  readonly Budget: number;
  readonly Level: string;
}

const LEVELS: readonly string[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** What a request asks for: a suffix of the model's name, `model(8192)` or `model(high)`, else its body. */
export function wantedThinking(model: string, format: string, body: Uint8Array): ThinkingConfig | undefined {
  const suffix = /\(([^()]*)\)$/.exec(model)?.[1];
  if (suffix !== undefined) return fromWord(suffix);
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = fieldsOf(JSON.parse(Buffer.from(body).toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
  switch (format) {
    case 'openai':
      return fromWord(textOf(fields.reasoning_effort));
    case 'openai-response':
    case 'codex':
      return fromWord(textOf(fieldsOf(fields.reasoning).effort));
    case 'claude': {
      const { type, budget_tokens: budget } = fieldsOf(fields.thinking);
      if (type === 'disabled') return fromWord('none');
      return type === 'enabled' ? (budget === undefined ? fromWord('auto') : fromBudget(numberOf(budget))) : undefined;
    }
    case 'gemini': {
      const { thinkingBudget, thinkingLevel } = fieldsOf(fieldsOf(fields.generationConfig).thinkingConfig);
      if (thinkingBudget !== undefined) return fromBudget(numberOf(thinkingBudget));
      return fromWord(textOf(thinkingLevel));
    }
    default:
      return undefined;
  }
}

function fromWord(raw: string): ThinkingConfig | undefined {
  const word = raw.trim().toLowerCase();
  if (/^-?[0-9]+$/.test(word)) return fromBudget(Number(word));
  if (word === 'none' || word === 'auto') return { Mode: word, Budget: word === 'none' ? 0 : -1, Level: '' };
  return LEVELS.includes(word) ? { Mode: 'level', Budget: 0, Level: word } : undefined;
}

function fromBudget(budget: number): ThinkingConfig {
  if (budget === 0) return { Mode: 'none', Budget: 0, Level: '' };
  return budget < 0 ? { Mode: 'auto', Budget: -1, Level: '' } : { Mode: 'budget', Budget: budget, Level: '' };
}

/** Lets the plugin that applies thinking for a provider write it into the body; errors leave the body as it is. */
export async function applyThinking(
  pass: Pass,
  provider: string,
  format: string,
  model: Model | undefined,
  body: Uint8Array,
): Promise<Uint8Array> {
  const { frame, host } = pass;
  const member = host.members.find((one) => one.id === host.offers.thinking.get(provider));
  if (member === undefined) return body;
  const config = wantedThinking(pass.request.model, format, body);
  const entry = { depth: frame.depth, stage: 'thinking.apply', plugin: member.id };
  if (config === undefined) {
    frame.log.add({ ...entry, outcome: 'skipped', text: 'the request says nothing of thinking' });
    return body;
  }
  const request = { Provider: provider, Model: model ?? {}, Config: config, Body: crossing(body) };
  const answer = await member.call('thinking.apply', request, frame);
  const given = answer.ok ? bytesOf(fieldsOf(answer.result).Body) : new Uint8Array(0);
  if (given.length === 0) {
    const text = answer.ok ? 'an empty body' : answer.message;
    frame.log.add({ ...entry, outcome: answer.ok ? 'declined' : 'failed', text: `${text} (the host keeps the body)` });
    return body;
  }
  const changes = bodyChanges(body, given);
  frame.log.add({ ...entry, outcome: changes.length > 0 ? 'changed' : 'unchanged', changes });
  return given;
}
