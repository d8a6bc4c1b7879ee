import { type Fields, fieldsOf } from '../../hosts/json-fields.js';
import type { Finding } from '../../model/finding.js';
import type { Registration } from '../../model/profile.js';
import { authsOf } from '../../pipeline/cliproxy/auth-folder.js';
import { namedTarget } from '../../pipeline/cliproxy/route-model.js';
import { pickProblem } from '../../pipeline/cliproxy/schedule.js';
import { listOf, textOf } from '../../pipeline/cliproxy/values.js';
import { printable } from '../../support/printable.js';
import type { Subject, Trial } from '../subject.js';
import { type Ask, asker, fileId, finding } from './cliproxy-ask.js';

const ID = 'use.answers';

/** Answers that the host decodes and then cannot use, in requests as they come to this plugin. */
export async function judgeAnswers(subject: Subject, trial: Trial, registration: Registration): Promise<Finding[]> {
  const ask = asker(subject, trial);
  const can = (capability: string) => registration.capabilities[capability] === true;
  const found: Finding[] = [];
  if (can('auth_provider')) {
    const provider = textOf((await ask('auth.identifier'))?.identifier)
      .trim()
      .toLowerCase();
    found.push(...(await parseFindings(ask, provider)), ...(await loginFindings(ask, provider)));
    if (can('model_provider') && registration.capabilities.executor_model_scope !== 'static')
      found.push(...(await modelFindings(ask, provider)));
  }
  if (can('scheduler')) found.push(...(await pickFindings(ask, subject)));
  if (can('model_router')) found.push(...(await routeFindings(ask, subject)));
  return found;
}

/** A file that names a provider is shown to the plugin of that provider, and to no other. */
async function parseFindings(ask: Ask, provider: string): Promise<Finding[]> {
  const file = provider === '' ? {} : { Provider: provider, RawJSON: credentialFile(provider) };
  const result = await ask('auth.parse', file);
  if (result?.Handled !== true) return [];
  const nameless = authsOf(result).filter((one) => textOf(fieldsOf(one).Provider).trim() === '');
  if (nameless.length === 0) return [];
  const message = 'auth.parse handles a file and says of no provider whose credential it is.';
  const evidence = ['auth provider … returned auth without provider'];
  return [finding(ID, 'warn', message, evidence, 'Fill "Provider" in "Auth", or in each of "Auths".')];
}

function credentialFile(provider: string): string {
  const content = { type: provider, access_token: 'token-of-a-sample', refresh_token: 'refresh-of-a-sample' };
  return Buffer.from(JSON.stringify(content)).toString('base64');
}

/** A login as far as it goes without a user: it begins, and is asked for once. */
async function loginFindings(ask: Ask, provider: string): Promise<Finding[]> {
  const whose = provider === '' ? {} : { Provider: provider };
  const started = await ask('auth.login.start', whose);
  const found: Finding[] = [];
  const missing = ['URL', 'State'].filter((key) => started !== undefined && textOf(started[key]).trim() === '');
  if (missing.length > 0) {
    // With neither there is no login at all, which an error says better; with one of them each login fails.
    const message = `auth.login.start answers without ${missing.join(' and ')}, so no login can begin.`;
    const remedy = 'Answer with both "URL" and "State"; where the plugin has no login, answer with an error.';
    found.push(finding(ID, missing.length === 2 ? 'warn' : 'fail', message, [], remedy));
  }
  const begun = started === undefined || missing.length > 0 ? {} : { State: started.State, Metadata: started.Metadata };
  const polled = await ask('auth.login.poll', { ...whose, ...begun });
  if (polled !== undefined) found.push(...statusFindings(polled, missing.length === 2));
  return found;
}

const STATUSES: readonly string[] = ['pending', 'success', 'error'];

function statusFindings(polled: Fields, noLogin: boolean): Finding[] {
  const status = textOf(polled.Status);
  if (STATUSES.includes(status) || (noLogin && status === '')) return [];
  const message = `auth.login.poll answers with the status ${JSON.stringify(printable(status))}, which the host does not know.`;
  const known = STATUSES.includes(status.trim().toLowerCase());
  return [finding(ID, known ? 'warn' : 'fail', message, [], `"Status" is one of ${STATUSES.join(', ')}.`)];
}

/** Models of a credential belong to its provider. */
async function modelFindings(ask: Ask, provider: string): Promise<Finding[]> {
  if (provider === '') return [];
  const result = await ask('model.for_auth', { AuthProvider: provider });
  const named = textOf(result?.Provider).trim().toLowerCase();
  if (named === '' || named === provider || listOf(result?.Models).length === 0) return [];
  const message = `model.for_auth names the provider ${JSON.stringify(printable(named))} for a credential of ${JSON.stringify(printable(provider))}; the host ignores these models.`;
  return [finding(ID, 'warn', message, [], 'Leave "Provider" empty, or give that of the request.')];
}

async function pickFindings(ask: Ask, { profile }: Subject): Promise<Finding[]> {
  const result = await ask('scheduler.pick');
  if (result?.Handled !== true) return [];
  const [sample] = profile.contract.methods.get('scheduler.pick')?.samples ?? [];
  const ids = listOf(fieldsOf(sample).Candidates).map((one) => textOf(fieldsOf(one).ID));
  const remedy =
    'Name one of the candidates in "AuthID", or round-robin or fill-first in "DelegateBuiltin"; else say "Handled":false.';
  const id = textOf(result.AuthID).trim();
  const delegate = textOf(result.DelegateBuiltin).trim();
  const problem = pickProblem(result, (one) => ids.includes(one));
  if (problem === undefined && id !== '' && delegate !== '') {
    const message = `scheduler.pick names a credential and ${JSON.stringify(printable(delegate))}; the host takes the credential alone.`;
    return [finding(ID, 'warn', message, [], remedy)];
  }
  if (problem === undefined) return [];
  // An id that was configured for a real host is not among the candidates of a sample.
  const severity = id !== '' && delegate === '' ? 'info' : 'warn';
  return [finding(ID, severity, 'scheduler.pick chooses nothing that there is; the host picks.', [problem], remedy)];
}

async function routeFindings(ask: Ask, subject: Subject): Promise<Finding[]> {
  const plugin = fileId(subject);
  const result = await ask('model.route', { PluginID: plugin });
  if (result?.Handled !== true) return [];
  const named = namedTarget(plugin, result);
  if (typeof named !== 'string') return [];
  const remedy =
    '"TargetKind" is self, executor or provider, and the last two name a "Target"; else say "Handled":false.';
  const message = 'model.route handles a request and names nobody for it; the host asks the next router.';
  return [finding(ID, 'warn', message, [printable(named)], remedy)];
}
