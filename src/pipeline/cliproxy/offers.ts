import { fieldsOf } from '../../hosts/json-fields.js';
import { type Claims, type FrontendAuth, frontendOrder, type Model, shareOut, shareThinking } from './claims.js';
import { allowsStatic } from './executor.js';
import type { HostSummary } from './host-config.js';
import { can, type Frame, type Member } from './member.js';
import { listOf, textOf } from './values.js';

/** What the plugins of a host offer, shared out among them. */
export interface Offers {
  readonly claims: Claims;
  /** Plugin → the provider that it executes for or names models of, in lower case. */
  readonly providers: ReadonlyMap<string, string>;
  /** Provider → plugin that applies thinking. */
  readonly thinking: ReadonlyMap<string, string>;
  /** Ways to authenticate clients, in the order in which they are asked. */
  readonly frontends: readonly FrontendAuth[];
}

/** Asks all plugins what they offer, in the host's order. */
export async function collectOffers(
  members: readonly Member[],
  summary: HostSummary,
  native: ReadonlySet<string>,
  frame: Frame,
): Promise<Offers> {
  const thinking = shareThinking(await thinkers(members, frame));
  const lists = new Map<string, ModelList>();
  for (const member of members) {
    const list = await staticModels(member, summary, frame);
    if (list !== undefined) lists.set(member.id, list);
  }
  const providers = new Map<string, string>();
  for (const member of members) {
    const executor = can(member, 'executor') && !lists.has(member.id);
    const name = lists.get(member.id)?.provider ?? (executor ? await identifier(member, 'executor', frame) : undefined);
    if (name !== undefined) providers.set(member.id, name);
  }
  const claims = shareOut(
    members.map(({ id, priority, capabilities }) => ({
      id,
      priority,
      executor: capabilities.executor === true,
      models: lists.get(id)?.models ?? [],
      ...(providers.has(id) ? { provider: providers.get(id) ?? '' } : {}),
    })),
    native,
  );
  const frontends = frontendOrder(await frontendAuths(members, frame));
  for (const text of [...thinking.warnings, ...claims.warnings, ...frontends.warnings])
    frame.log.warn('conflicts', text);
  return { claims, providers, thinking: thinking.appliers, frontends: frontends.asked };
}

interface ModelList {
  readonly provider: string;
  readonly models: readonly Model[];
}

async function staticModels(member: Member, summary: HostSummary, frame: Frame): Promise<ModelList | undefined> {
  const provider = can(member, 'model_provider');
  if (!provider && !can(member, 'model_registrar')) return undefined;
  const method = provider ? 'model.static' : 'model.register';
  const say = (outcome: 'done' | 'skipped', text: string) =>
    frame.log.add({ depth: frame.depth, stage: method, plugin: member.id, outcome, text });
  if (!allowsStatic(member)) {
    say('skipped', 'its executor_model_scope is "oauth": models come from credentials alone');
    return undefined;
  }
  const answer = await member.call(method, { Plugin: member.metadata, Host: summary }, frame);
  if (!answer.ok) {
    frame.log.warn(
      method,
      `pluginhost: model registrar ${member.id} failed: ${answer.message}`,
      member.id,
      frame.depth,
    );
    return undefined;
  }
  const result = fieldsOf(answer.result);
  const name = textOf(result.Provider).trim().toLowerCase();
  const models = modelsOf(result.Models);
  if (name === '' || models.length === 0) {
    say('skipped', name === '' ? 'no provider is named' : 'no model with an ID is named');
    return undefined;
  }
  say('done', `${name}: ${models.map((model) => model.ID).join(', ')}`);
  return { provider: name, models };
}

/** The models of an answer; those without an ID are dropped. */
export function modelsOf(value: unknown): readonly Model[] {
  return listOf(value).flatMap((one) => {
    const fields = fieldsOf(one);
    const ID = textOf(fields.ID).trim();
    return ID === '' ? [] : [{ ...fields, ID }];
  });
}

async function thinkers(members: readonly Member[], frame: Frame) {
  const claims = [];
  for (const member of members) {
    if (!can(member, 'thinking_applier')) continue;
    const provider = await identifier(member, 'thinking', frame);
    if (provider !== undefined) claims.push({ id: member.id, priority: member.priority, provider });
  }
  return claims;
}

async function frontendAuths(members: readonly Member[], frame: Frame): Promise<FrontendAuth[]> {
  const found: FrontendAuth[] = [];
  for (const { id, priority, capabilities } of members.filter((one) => can(one, 'frontend_auth_provider'))) {
    const member = members.find((one) => one.id === id);
    const name =
      member === undefined ? undefined : await identifier(member, 'frontend_auth', frame, (raw) => raw.trim());
    if (name === undefined) continue;
    const exclusive = capabilities.frontend_auth_provider_exclusive === true;
    found.push({ id, priority, key: `plugin:${id}:${name}`, exclusive });
  }
  return found;
}

/** The name under which a plugin offers something, in lower case; undefined where it gives none. */
export async function identifier(
  member: Member,
  kind: 'auth' | 'executor' | 'thinking' | 'frontend_auth',
  frame: Frame,
  read: (raw: string) => string = (raw) => raw.trim().toLowerCase(),
): Promise<string | undefined> {
  const method = `${kind}.identifier`;
  const answer = await member.call(method, {}, frame);
  const name = answer.ok ? read(textOf(fieldsOf(answer.result).identifier)) : '';
  if (name !== '') return name;
  const why = answer.ok ? 'the identifier is empty' : answer.message;
  const text = `${why}: the host takes no notice of this capability`;
  frame.log.add({ depth: frame.depth, stage: method, plugin: member.id, outcome: 'failed', text });
  return undefined;
}
