import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ServiceOptions } from '../../model/profile.js';
import { sha256Hex } from '../../support/digest.js';
import { systemCode } from '../../support/errors.js';
import { stringifyExact } from '../../support/exact-json.js';
import { type TemporaryFolder, temporaryFolder } from '../../support/files.js';
import { decodeGo } from '../go-json/decode.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import type { Handler } from './handler.js';

/** What Go calls the type that a credential file is read into. */
const CREDENTIAL = { type: 'object', additionalProperties: true };

/** `host.auth.*` on a folder of credential files: the one named, else one that ends with the session. */
export class AuthFiles {
  private ready: Promise<string> | undefined;
  private own: TemporaryFolder | undefined;

  constructor(private readonly options: ServiceOptions) {}

  handlers(): [string, Handler][] {
    return [
      ['host.auth.list', async () => ({ files: await this.list() })],
      ['host.auth.get', ({ auth_index }) => this.get(index(auth_index))],
      ['host.auth.get_runtime', async ({ auth_index }) => ({ auth: await this.find(index(auth_index)) })],
      ['host.auth.save', (request) => this.save(request)],
    ];
  }

  /** Takes the folder away where it was made for the session. */
  async close(): Promise<void> {
    await this.ready?.catch(() => undefined);
    await this.own?.remove();
  }

  private async list(): Promise<Fields[]> {
    const folder = await this.folder();
    const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.json'));
    const byLetters = (a: string, b: string) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);
    const entries = await Promise.all(names.sort(byLetters).map((name) => entry(path.join(folder, name))));
    return entries.filter((one) => one !== undefined);
  }

  private async find(wanted: string): Promise<Fields> {
    const found = (await this.list()).find(({ auth_index }) => auth_index === wanted);
    if (found === undefined) throw new Error(`auth not found for auth_index ${wanted}`);
    return found;
  }

  private async get(wanted: string): Promise<unknown> {
    const { name, path: file } = await this.find(wanted);
    const text = await readFile(String(file));
    if (text.toString('latin1').trim() === '') throw new Error(`auth file is empty for auth_index ${wanted}`);
    const reading = decodeGo(text, CREDENTIAL, new Map());
    if (!reading.ok) throw new Error(`invalid auth file for auth_index ${wanted}: ${reading.message}`);
    return { auth_index: wanted, name, path: file, json: text };
  }

  private async save({ name, json }: Fields): Promise<unknown> {
    const file = String(name ?? '').trim();
    if (file === '' || /[/\\]/.test(file) || /^[A-Za-z]:/.test(file)) throw new Error('invalid auth file name');
    if (!file.toLowerCase().endsWith('.json')) throw new Error('auth file name must end with .json');
    const text = json instanceof Uint8Array ? Buffer.from(json).toString('utf8').trim() : '';
    if (text === '') throw new Error('json is required');
    const reading = decodeGo(Buffer.from(text), CREDENTIAL, new Map());
    if (!reading.ok) throw new Error(`invalid auth json: ${reading.message}`);
    const place = path.join(await this.folder(), file);
    await writeFile(place, text, { mode: 0o600 });
    return { name: file, path: place };
  }

  private folder(): Promise<string> {
    this.ready ??= this.prepare();
    return this.ready;
  }

  private async ownFolder(): Promise<string> {
    this.own = await temporaryFolder('auth');
    return this.own.path;
  }

  private async prepare(): Promise<string> {
    const { authFolder, script } = this.options;
    const folder = authFolder ?? (await this.ownFolder());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [name, value] of Object.entries(script?.auth ?? {})) {
      await writeFile(path.join(folder, path.basename(name)), stringifyExact(value), { mode: 0o600 });
    }
    return folder;
  }
}

function index(value: unknown): string {
  const text = String(value ?? '').trim();
  if (text === '') throw new Error('auth_index is required');
  return text;
}

/** A file as the host lists it; undefined for what is none. What only a running host knows stays empty. */
async function entry(file: string): Promise<Fields | undefined> {
  const facts = await stat(file).catch(() => undefined);
  if (facts?.isFile() !== true) return undefined;
  const { size, mtime } = facts;
  const name = path.basename(file);
  const content = fieldsOf(await contentOf(file));
  const provider = text(content.type) || 'unknown';
  const email = text(content.email);
  return {
    id: name,
    auth_index: sha256Hex(name).slice(0, 16),
    name,
    type: provider,
    provider,
    label: email || provider,
    status: content.disabled === true ? 'disabled' : 'active',
    disabled: content.disabled === true,
    source: 'file',
    path: file,
    size,
    modtime: mtime,
    updated_at: mtime,
    created_at: mtime,
    email,
    project_id: text(content.project_id),
    priority: whole(content.priority),
    note: text(content.note),
    websockets: content.websockets === true,
  };
}

async function contentOf(file: string): Promise<unknown> {
  try {
    const reading = decodeGo(await readFile(file), CREDENTIAL, new Map());
    return reading.ok ? reading.value : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A whole number, which people also write as a text. */
function whole(value: unknown): unknown {
  const number = typeof value === 'string' && /^[+-]?[0-9]+$/.test(value.trim()) ? Number(value) : value;
  return Number.isSafeInteger(number) ? number : 0;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
