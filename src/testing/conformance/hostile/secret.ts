import { randomBytes } from 'node:crypto';
import { fieldsOf, isFields } from '../../../hosts/json-fields.js';
import type { ServiceEvent } from '../../../model/profile.js';
import { stringifyExact } from '../../../support/exact-json.js';
import { runTrial, type Subject, type Trial } from '../../subject.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Name of the key that is planted; one that sounds as secrets do. */
const KEY = 'cpex_planted_secret';

/** A place where the plugin spoke, and what it said there. */
type Said = readonly [place: string, bytes: Buffer];

/** err.secret: plants a secret in the configuration and looks for it in all that the plugin says. */
export async function keepsSecrets(subject: Subject): Promise<TestOutcome> {
  const secret = `s3cr3t${randomBytes(12).toString('hex')}`;
  const said: Said[] = [];
  const { ending, trial } = await runTrial(subject, {}, (opened) => provoke(subject, opened, secret, said));
  for (const [name, read] of Object.entries(trial?.printed ?? {}))
    said.push([`what it prints to ${name}`, Buffer.from(read())]);
  for (const event of trial?.events ?? []) said.push(...eventText(event));
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const leaks = said.filter(([, bytes]) => bytes.includes(secret) || bytes.includes(base64));
  const places = new Map(leaks.map(([place, bytes]) => [place, bytes]));
  return {
    ending,
    findings: [...places].map(([place, bytes]) => ({
      ...fault('err.secret', `A secret of the configuration stands in ${place}.`, [excerpt(bytes, secret)]),
      remedy: 'Name the key of a configuration that is wrong, never its value, and log no configuration.',
    })),
  };
}

/** Registers in several ways that may fail, makes the sample calls, and keeps what the plugin answers errors with. */
async function provoke(subject: Subject, { plugin }: Trial, secret: string, said: Said[]): Promise<void> {
  const { protocol } = subject.profile;
  const send = async (what: string, method: string, body: Uint8Array) => {
    const end = await plugin.session.call(method, body).end;
    const { ok } = protocol.readEnvelope(end.code, end.body, method);
    if (ok !== true) said.push([`the error that ${method} answers to ${what}`, Buffer.from(end.body)]);
  };
  const config = { ...fieldsOf(subject.config), [KEY]: secret };
  const { method, body } = protocol.registration({ config });
  const { registration } = await plugin.register(config);
  if (registration === undefined) {
    await send('a configuration with a key more', method, body);
    await plugin.register(subject.config);
  }
  const samples = registration === undefined ? [] : protocol.sampleCalls(registration);
  for (const { method: name, request } of samples)
    await send('its sample call', name, protocol.encodeRequest(request, name));
  const whole = Buffer.from(body).toString();
  await send('a cut registration', method, Buffer.from(whole.slice(0, -2)));
  await send('a registration with garbage behind it', method, Buffer.from(`${whole}x`));
  await send(
    'a registration with a key twice',
    method,
    Buffer.from(`${whole.slice(0, -1)},"config":{"${KEY}":"${secret}"}}`),
  );
  for (const [what, broken] of wrongConfigs(subject.config, secret)) {
    const again = protocol.registration({ config: broken, again: true });
    await send(what, method, protocol.registration({ config: broken }).body);
    if (again.method !== method) await send(what, again.method, again.body);
    const { contract } = subject.profile;
    if (contract.methods.has('plugin.reconfigure') && again.method === method) {
      await send(what, 'plugin.reconfigure', Buffer.from(stringifyExact({ config: broken })));
    }
  }
}

/** The configuration with the secret where another type belongs. */
function* wrongConfigs(config: unknown, secret: string): Generator<readonly [what: string, config: unknown]> {
  for (const [key, value] of Object.entries(fieldsOf(config))) {
    const others = [secret, [secret], { [KEY]: secret }];
    for (const other of others) {
      const same =
        typeof other === typeof value &&
        Array.isArray(other) === Array.isArray(value) &&
        isFields(other) === isFields(value);
      if (!same) yield [`a configuration with "${key}" of another type`, { ...fieldsOf(config), [key]: other }];
    }
  }
}

function eventText(event: ServiceEvent): Said[] {
  if (event.kind === 'log')
    return [['a line of the log', Buffer.from(stringifyExact([event.message, event.fields ?? null]))]];
  if (event.kind === 'output') return [['the output of a command', Buffer.from(event.bytes)]];
  if (event.kind === 'event') return [[`the event ${event.name}`, Buffer.from(stringifyExact(event.data))]];
  return [];
}

/** Bytes around a secret that a finding shows. */
const AROUND = 80;

/** Where a secret stands, with the secret itself left out. */
function excerpt(bytes: Buffer, secret: string): string {
  const text = bytes.toString();
  const at = Math.max(text.indexOf(secret), 0);
  return text.slice(Math.max(0, at - AROUND), at + secret.length + AROUND).replaceAll(secret, 'THE-SECRET');
}
