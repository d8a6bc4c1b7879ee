import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ZERO_TIME } from '../../hosts/go-json/time.js';
import { fieldsOf } from '../../hosts/json-fields.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { writeFileAtomic } from '../../support/files.js';
import { type Credential, credentialFields, credentialFile, readCredential } from './credentials.js';
import { allowsOauth } from './executor.js';
import type { HostSummary } from './host-config.js';
import { can, type Frame, type Member } from './member.js';
import { identifier, modelsOf } from './offers.js';
import { listOf, textOf } from './values.js';

/** What is needed to work with credentials. */
export interface AuthContext {
  readonly members: readonly Member[];
  readonly summary: HostSummary;
  readonly frame: Frame;
  /** Plugin → provider, for plugins without an auth provider of their own. */
  readonly providers: ReadonlyMap<string, string>;
}

/** The plugin that knows the credentials of a provider. */
export async function authMember(context: AuthContext, provider: string): Promise<Member | undefined> {
  for (const member of context.members) {
    if (!can(member, 'auth_provider')) continue;
    if ((await identifier(member, 'auth', context.frame)) === provider) return member;
  }
  return undefined;
}

/** Reads every credential file of the host's folder through the plugins, and asks for the models of each. */
export async function readAuthFolder(context: AuthContext): Promise<readonly Credential[]> {
  const folder = context.summary.AuthDir;
  if (folder === '') return [];
  const found: Credential[] = [];
  for (const name of (await namesOf(folder)).filter((one) => /\.json$/i.test(one)).sort()) {
    const file = path.join(folder, name);
    const raw = await readCredentialFile(context, file);
    if (raw === undefined) continue;
    const parsed = await parseFile(context, file, raw);
    for (const one of parsed) found.push(await withModels(context, one));
  }
  return found;
}

/** The content of a file; undefined where there is none to be had, which the host passes over without a word. */
async function readCredentialFile({ frame }: AuthContext, file: string): Promise<Buffer | undefined> {
  let reason = 'it is empty';
  try {
    const raw = await readFile(file);
    if (raw.length > 0) return raw;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    reason = code === 'EISDIR' ? 'it is a folder' : `it cannot be read (${code})`;
  }
  const text = `${path.basename(file)}: ${reason}, so the host passes over it`;
  frame.log.add({ depth: frame.depth, stage: 'auth.parse', outcome: 'skipped', text });
  return undefined;
}

async function namesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new CpexError('CPEX_E_HOST_CONFIG', `Cannot read the folder of credentials ${folder}.`, {
      evidence: [(error as Error).message],
    });
  }
}

async function parseFile(context: AuthContext, file: string, raw: Buffer): Promise<readonly Credential[]> {
  const { frame, summary } = context;
  const name = path.basename(file);
  const type = typeOf(raw);
  for (const member of context.members.filter((one) => can(one, 'auth_provider'))) {
    const own = await identifier(member, 'auth', frame);
    // A file that names its provider is shown to the plugin of that provider alone.
    if (type !== '' && own !== type) continue;
    const request = {
      Provider: type || own || '',
      Path: file,
      FileName: name,
      RawJSON: raw.toString('base64'),
      Host: summary,
    };
    const answer = await member.call('auth.parse', request, frame);
    const say = (outcome: 'done' | 'declined' | 'failed', text: string) =>
      frame.log.add({ depth: frame.depth, stage: 'auth.parse', plugin: member.id, outcome, text });
    if (!answer.ok) {
      say('failed', `${name}: ${answer.message}`);
      return [];
    }
    const result = fieldsOf(answer.result);
    if (result.Handled !== true) {
      say('declined', name);
      continue;
    }
    const read = authsOf(result).map((data) =>
      readCredential(data, { provider: type || own || '', fileName: name, id: name, path: file }),
    );
    const good = read.filter((one) => one !== undefined);
    if (good.length < read.length) say('failed', `auth provider ${member.id} returned auth without provider`);
    else say('done', `${name}: ${good.map((one) => `${one.id} (${one.provider})`).join(', ')}`);
    return good.length < read.length ? [] : good;
  }
  return [];
}

/** The credentials of an answer: the list where it holds any, else the single one. */
export function authsOf(result: Readonly<Record<string, unknown>>): readonly unknown[] {
  const list = listOf(result.Auths);
  return list.length > 0 ? list : [result.Auth];
}

function typeOf(raw: Buffer): string {
  try {
    return textOf(fieldsOf(JSON.parse(raw.toString('utf8')) as unknown).type)
      .trim()
      .toLowerCase();
  } catch {
    return '';
  }
}

async function withModels(context: AuthContext, credential: Credential): Promise<Credential> {
  const { frame, summary } = context;
  for (const member of context.members.filter((one) => can(one, 'model_provider'))) {
    const say = (outcome: 'done' | 'skipped' | 'failed', text: string) =>
      frame.log.add({ depth: frame.depth, stage: 'model.for_auth', plugin: member.id, outcome, text });
    if (!allowsOauth(member)) {
      say('skipped', 'its executor_model_scope is "static": credentials bring no models');
      continue;
    }
    const own = can(member, 'auth_provider')
      ? await identifier(member, 'auth', frame)
      : context.providers.get(member.id);
    if (own !== credential.provider) continue;
    const request = { Plugin: member.metadata, ...credentialFields(credential), Host: summary };
    const answer = await member.call('model.for_auth', request, frame);
    if (!answer.ok) {
      say('failed', `pluginhost: models for auth ${credential.id} failed: ${answer.message}`);
      return { ...credential, models: [] };
    }
    const result = fieldsOf(answer.result);
    const provider = textOf(result.Provider).trim().toLowerCase();
    if (provider !== '' && provider !== credential.provider) {
      say('skipped', `it names provider ${provider} for a credential of ${credential.provider}`);
      continue;
    }
    const models = modelsOf(result.Models);
    say('done', `${credential.id}: ${models.map((model) => model.ID).join(', ') || 'no models'}`);
    return { ...updated(credential, fieldsOf(result.AuthUpdate)), models };
  }
  return credential;
}

/** What an answer about models makes of a credential. Unlike a renewal it adds to the maps and takes nothing away. */
function updated(credential: Credential, update: Readonly<Record<string, unknown>>): Credential {
  if (!Object.values(update).some(isFilled)) return credential;
  const whole = {
    ...update,
    Metadata: { ...credential.metadata, ...fieldsOf(update.Metadata) },
    Attributes: { ...credential.attributes, ...fieldsOf(update.Attributes) },
  };
  return readCredential(whole, credential) ?? credential;
}

function isFilled(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === ZERO_TIME) return false;
  if (typeof value === 'string') return value.trim() !== '';
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/**
 * Asks the plugin of a credential to renew it. Fields that it leaves empty are kept.
 * @returns the credential as it is then, or why it could not be renewed
 */
export async function refresh(context: AuthContext, credential: Credential): Promise<Credential | string> {
  const member = await authMember(context, credential.provider);
  if (member === undefined) return `no plugin knows credentials of ${credential.provider}`;
  const { frame, summary } = context;
  const answer = await member.call('auth.refresh', { ...credentialFields(credential), Host: summary }, frame);
  if (!answer.ok) return answer.message;
  const result = fieldsOf(answer.result);
  const next = textOf(result.NextRefreshAfter);
  const { models } = credential;
  const renewed = readCredential({ ...fieldsOf(result.Auth), NextRefreshAfter: next }, credential);
  if (renewed === undefined) return 'auth provider refresh returned invalid auth data';
  frame.log.add({ depth: frame.depth, stage: 'auth.refresh', plugin: member.id, outcome: 'done', text: renewed.id });
  return { ...renewed, ...(models === undefined ? {} : { models }) };
}

/**
 * Writes a credential into the host's folder.
 * @returns the path of the file
 * @throws CpexError for names that lead out of the folder and for content that is no JSON object
 */
export async function saveCredential(summary: HostSummary, credential: Credential): Promise<string> {
  const wanted = credential.fileName || `${credential.id || credential.provider}.json`;
  const name = wanted.endsWith('.json') ? wanted : `${wanted}.json`;
  const refuse = (message: string) =>
    new CpexError('CPEX_E_CREDENTIAL', message, { evidence: [`name: ${JSON.stringify(wanted)}`] });
  if (/[\\/:]/.test(name) || name.startsWith('.')) throw refuse('A credential cannot be saved under this name.');
  const text = credentialFile(credential);
  if (text === undefined)
    throw refuse('The storage of a credential is empty or no JSON object, so it cannot be saved.');
  await mkdir(summary.AuthDir, { recursive: true, mode: 0o700 });
  const file = path.join(summary.AuthDir, name);
  await writeFileAtomic(file, text, { mode: 0o600 });
  return file;
}
