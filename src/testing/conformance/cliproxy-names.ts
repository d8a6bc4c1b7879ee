import { fieldsOf } from '../../hosts/json-fields.js';
import type { Finding } from '../../model/finding.js';
import type { Registration } from '../../model/profile.js';
import { type DeclaredFlag, mergeFlags } from '../../pipeline/cliproxy/flags.js';
import { HOST_FLAGS } from '../../pipeline/cliproxy/host-flags.js';
import { modelsOf } from '../../pipeline/cliproxy/offers.js';
import { listOf, textOf } from '../../pipeline/cliproxy/values.js';
import { type DeclaredRoute, MANAGEMENT_BASE, RESOURCE_BASE } from '../../running/serve/route-rules.js';
import { routeTable } from '../../running/serve/route-table.js';
import { printable } from '../../support/printable.js';
import type { Subject, Trial } from '../subject.js';
import { type Ask, asker, fileId, finding } from './cliproxy-ask.js';

const ID = 'use.names';

/** Everything that a plugin names when the host starts, judged by what the host does with it. */
export async function judgeNames(subject: Subject, trial: Trial, registration: Registration): Promise<Finding[]> {
  const ask = asker(subject, trial);
  const can = (capability: string) => registration.capabilities[capability] === true;
  const found = configFields(registration);
  for (const [capability, kind] of IDENTIFIERS) {
    if (can(capability)) found.push(...(await identifier(ask, kind)));
  }
  const models = await modelFindings(ask, registration);
  found.push(...models.findings);
  if (can('executor') && !models.named) found.push(...(await identifier(ask, 'executor')));
  if (can('command_line_plugin')) found.push(...(await flagFindings(ask, subject)));
  if (can('management_api')) found.push(...(await routeFindings(ask, subject)));
  return found;
}

/** An executor's is not among these: it counts only where no model names the provider. */
const IDENTIFIERS = [
  ['auth_provider', 'auth'],
  ['frontend_auth_provider', 'frontend_auth'],
  ['thinking_applier', 'thinking'],
] as const;

/** Without an identifier the host takes no notice of the capability, and says nothing of it. */
async function identifier(ask: Ask, kind: string): Promise<Finding[]> {
  const result = await ask(`${kind}.identifier`);
  if (result === undefined || textOf(result.identifier).trim() !== '') return [];
  const message = `${kind}.identifier names nothing, so the host takes no notice of this capability.`;
  return [finding(ID, 'warn', message, [], `Answer with {"identifier":"…"}, the name of the provider.`)];
}

async function modelFindings(
  ask: Ask,
  { capabilities }: Registration,
): Promise<{ readonly named: boolean; readonly findings: Finding[] }> {
  const provider = capabilities.model_provider === true;
  const asked = provider || capabilities.model_registrar === true;
  if (!asked || (capabilities.executor === true && capabilities.executor_model_scope === 'oauth'))
    return { named: false, findings: [] };
  const method = provider ? 'model.static' : 'model.register';
  const result = await ask(method);
  if (result === undefined) return { named: false, findings: [] };
  const all = listOf(result.Models).length;
  const kept = modelsOf(result.Models).length;
  const nameless = textOf(result.Provider).trim() === '';
  const findings: Finding[] = [];
  if (nameless && all > 0) {
    const message = `${method} names ${all} ${all === 1 ? 'model' : 'models'} but no provider, so the host ignores them.`;
    findings.push(finding(ID, 'warn', message, [], 'Say in "Provider" whose models these are.'));
  } else if (kept < all) {
    const message = `${method} names ${all} models, ${all - kept} of them without an ID: the host drops those.`;
    findings.push(finding(ID, 'warn', message, [], 'Give each model an "ID", the name by which clients ask for it.'));
  }
  return { named: !nameless && kept > 0, findings };
}

async function flagFindings(ask: Ask, subject: Subject): Promise<Finding[]> {
  const result = await ask('command_line.register');
  const flags = listOf(result?.Flags).map(declaredFlag);
  const remedy =
    'A name holds no white space and no "=", does not start with "-", and is free; Type is bool, string, int, int64, float64 or duration, and DefaultValue parses as one.';
  return mergeFlags(HOST_FLAGS, [{ plugin: fileId(subject), flags }]).warnings.map((line) =>
    finding(ID, 'warn', 'command_line.register names a flag that the host skips.', [printable(line)], remedy),
  );
}

function declaredFlag(value: unknown): DeclaredFlag {
  const { Name, Usage, Type, DefaultValue } = fieldsOf(value);
  return { Name: textOf(Name), Usage: textOf(Usage), Type: textOf(Type), DefaultValue: textOf(DefaultValue) };
}

async function routeFindings(ask: Ask, subject: Subject): Promise<Finding[]> {
  const plugin = fileId(subject);
  const more = { BasePath: MANAGEMENT_BASE, ResourceBasePath: `${RESOURCE_BASE}/${plugin}` };
  const result = await ask('management.register', more);
  const routes = listOf(result?.routes).map(declaredRoute);
  const resources = listOf(result?.resources).map(declaredRoute);
  return routeTable([{ plugin, routes, resources }]).warnings.map((line) => {
    const message = `management.register names a ${line.includes('resource route') ? 'page' : 'route'} that the host skips.`;
    return finding(ID, 'warn', message, [printable(line)], routeRemedy(line));
  });
}

function declaredRoute(value: unknown): DeclaredRoute {
  const { Method, Path, Menu, Description } = fieldsOf(value);
  return { method: textOf(Method), path: textOf(Path), menu: textOf(Menu), description: textOf(Description) };
}

function routeRemedy(line: string): string {
  if (line.includes('an existing route')) return 'The host has this route itself; take another path.';
  if (line.includes('higher-priority')) return 'It is named twice; a GET route with a Menu is a page as well.';
  return 'A path is not empty and holds no white space, ":" or "*"; that of a page no ".." or "#" either.';
}

/** The host shows configuration fields to people and checks nothing of them. */
function configFields({ raw }: Registration): Finding[] {
  return listOf(fieldsOf(fieldsOf(raw).metadata).ConfigFields).flatMap((one) => {
    const { Name, Type, EnumValues } = fieldsOf(one);
    const name = JSON.stringify(printable(textOf(Name)));
    const type = textOf(Type);
    const problems = [
      ...(textOf(Name).trim() === '' ? ['has no Name'] : []),
      ...(FIELD_TYPES.includes(type) ? [] : [`is of the type ${JSON.stringify(printable(type))}`]),
      ...(type === 'enum' && listOf(EnumValues).length === 0 ? ['names no EnumValues'] : []),
    ];
    const remedy = `Types of fields are ${FIELD_TYPES.join(', ')}.`;
    return problems.map((problem) =>
      finding(ID, 'info', `The configuration field ${name} ${problem}; the host does not check that.`, [], remedy),
    );
  });
}

const FIELD_TYPES: readonly string[] = ['string', 'number', 'integer', 'boolean', 'enum', 'array', 'object'];
