import { fieldsOf } from '../../hosts/json-fields.js';
import { formatsFor, scopeOf } from './executor.js';
import { nullWhenEmpty } from './headers.js';
import { can, type Member } from './member.js';
import { askedFor, type Pass } from './pass.js';
import { crossing, textOf } from './values.js';

/** Who serves a request because a router said so. */
export type Route =
  | { readonly kind: 'executor'; readonly member: Member; readonly provider: string }
  | { readonly kind: 'provider'; readonly provider: string };

/** Asks the routers in order; the first usable target counts. Changes the model where a provider is chosen. */
export async function routeModel(pass: Pass): Promise<Route | undefined> {
  const { host, frame, request } = pass;
  for (const member of askedFor(pass, 'model_router', true)) {
    const answer = await member.call(
      'model.route',
      {
        Plugin: member.metadata,
        PluginID: member.id,
        SourceFormat: request.format,
        RequestedModel: request.model,
        Stream: request.stream,
        Headers: nullWhenEmpty(pass.headers),
        Query: nullWhenEmpty(request.query),
        Body: crossing(pass.body),
        Metadata: pass.metadata,
        AvailableProviders: host.availableProviders(),
      },
      frame,
    );
    const warn = (text: string) => frame.log.warn('model.route', `pluginhost: ${text}`, member.id, frame.depth);
    if (!answer.ok) {
      warn(`model router failed: ${answer.message}`);
      continue;
    }
    const result = fieldsOf(answer.result);
    if (result.Handled !== true) {
      frame.log.add({ depth: frame.depth, stage: 'model.route', plugin: member.id, outcome: 'declined' });
      continue;
    }
    const target = readTarget(pass, member, result);
    if (typeof target === 'string') {
      warn(target);
      continue;
    }
    const to = target.kind === 'executor' ? `executor of ${target.member.id}` : `provider ${target.provider}`;
    const reason = textOf(result.Reason);
    const text = `${to}${reason === '' ? '' : `: ${reason}`}`;
    frame.log.add({ depth: frame.depth, stage: 'model.route', plugin: member.id, outcome: 'done', text });
    const model = textOf(result.TargetModel).trim();
    if (target.kind === 'provider' && model !== '') pass.model = model;
    return target;
  }
  return undefined;
}

function readTarget(pass: Pass, router: Member, result: Readonly<Record<string, unknown>>): Route | string {
  const named = namedTarget(router.id, result);
  if (typeof named === 'string') return named;
  const { kind, target } = named;
  if (kind === 'provider') {
    const provider = target.toLowerCase();
    if (pass.host.availableProviders().includes(provider)) return { kind: 'provider', provider };
    return `model router returned unavailable provider ${provider}`;
  }
  const problem = notReady(pass, target);
  if (typeof problem === 'string') return `model router returned unavailable executor plugin ${target} (${problem})`;
  return problem;
}

/** The target that an answer names, or the host's text where there is none such. */
export function namedTarget(
  router: string,
  result: Readonly<Record<string, unknown>>,
): { readonly kind: string; readonly target: string } | string {
  const kind = textOf(result.TargetKind);
  const target = kind === 'self' ? router : textOf(result.Target).trim();
  if (['self', 'executor', 'provider'].includes(kind) && target !== '') return { kind, target };
  return `model router returned invalid target (target_kind ${JSON.stringify(kind)}, target ${JSON.stringify(target)})`;
}

/** An executor that would fail when it is used is passed over already here. */
function notReady(pass: Pass, id: string): Route | string {
  const { members, offers } = pass.host;
  const member = members.find((one) => one.id === id);
  if (member === undefined) return 'there is no such plugin';
  if (!can(member, 'executor')) return 'it declares no executor';
  if (scopeOf(member) === 'oauth') return 'its executor_model_scope is "oauth"';
  const provider = offers.providers.get(id);
  if (provider === undefined) return 'it has no provider identifier';
  const formats = formatsFor(member, provider, pass.request.format, members);
  return 'problem' in formats ? formats.problem : { kind: 'executor', member, provider };
}
