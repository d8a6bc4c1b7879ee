import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadProtoFiles } from '../../../src/hosts/go-plugin/proto/load-files.js';
import { findProfile, profileFor } from '../../../src/hosts/registry.js';
import type { HostProfile } from '../../../src/model/profile.js';
import type { Session } from '../../../src/model/session.js';
import { contractData } from '../../../src/project/contract-data.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-console-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What each seam is asked, as far as it is known of Console. */
const SEAMS: Readonly<Record<string, readonly string[]>> = {
  StoreService: [
    ...['CreateFlag', 'GetFlag', 'ListFlags', 'UpdateFlag', 'DeleteFlag', 'CreateComponent', 'GetComponent'],
    ...['ListComponents', 'UpdateComponent', 'DeleteComponent', 'RecordCheck', 'LatestCheck', 'LatestChecks', 'Ping'],
  ],
  NotifierService: ['Name', 'Notify'],
  StatusProviderService: ['Name', 'Check'],
  LLMService: ['Name', 'Complete'],
};

/** A plugin that answers nothing but what it says of its services. */
function plugin(told: object): Session {
  const body = Buffer.from(JSON.stringify(told));
  const end = { code: 0, body, durationNs: 0, slot: { nullPointer: false, length: body.length } };
  const call = (method: string) => {
    expect(method).toBe('plugin.reflection');
    return { id: 1, method, chunks: (async function* () {})(), end: Promise.resolve(end), cancel: () => {} };
  };
  return { call } as unknown as Session;
}

const silent = plugin({ reflection: false, services: [], files: [] });

async function learnt(session: Session, capabilities: readonly string[] = []): Promise<HostProfile> {
  const profile = await profileFor('console', { root: folder, manifest: { process: {}, capabilities } });
  return (await profile.learn?.(session)) ?? profile;
}

describe('Console', () => {
  it('starts plugins with its own cookie, with certificates where the project wants them', async () => {
    const cookie = { key: 'CONSOLE_PLUGIN', value: 'console-plugin-v1' };
    expect(findProfile('console').process).toMatchObject({ cookie, versions: [1], autoMtls: false });
    const settings = { auto_mtls: true, cookie: { key: 'OTHER', value: 'cookie' }, env: { A: 'b' } };
    const { process } = await profileFor('console', { root: folder, manifest: { process: settings } });
    expect(process).toMatchObject({ cookie, autoMtls: true, env: { A: 'b' } });
  });

  it('has four seams, each with its methods', async () => {
    const { contract } = await learnt(silent);
    const expected = Object.entries(SEAMS).flatMap(([service, methods]) =>
      methods.map((method) => `console.plugin.v1.${service}/${method}`),
    );
    expect([...contract.methods.keys()].filter((name) => name.includes('/')).sort()).toEqual(expected.sort());
    expect(contractData('console').capabilities.seam?.argument?.values).toEqual([
      'store',
      'notifier',
      'status_provider',
      'llm',
    ]);
  });

  it('says that its contract is a guess, until a file or the plugin says better', async () => {
    const { protocol } = await learnt(silent);
    expect(protocol.readRegistration({}).findings).toEqual([
      expect.objectContaining({ id: 'contract.provisional', severity: 'warn' }),
    ]);
    const file = path.resolve('schemas/hosts/console/console.proto');
    const named = await profileFor('console', { root: folder, application: { protos: [file] } });
    expect(named.learn).toBeUndefined();
    expect(named.protocol.readRegistration({}).findings).toEqual([]);
  });

  it('takes the seams of cpex.yaml for what a plugin has that does not tell', async () => {
    const { protocol } = await learnt(silent, ['seam:store', 'seam:llm']);
    expect(protocol.readRegistration({}).registration?.capabilities).toEqual({ seam: ['store', 'llm'] });
    const calls = protocol.sampleCalls(protocol.readRegistration({}).registration as never);
    expect(new Set(calls.map(({ method }) => method.split('/')[0]))).toEqual(
      new Set(['console.plugin.v1.StoreService', 'console.plugin.v1.LLMService']),
    );
  });

  it('means the method of the seam that the project has, where several have one of that name', async () => {
    const { protocol } = await learnt(silent, ['seam:notifier']);
    expect(protocol.resolveMethod?.('Name')).toBe('console.plugin.v1.NotifierService/Name');
    const { protocol: both } = await learnt(silent, ['seam:notifier', 'seam:llm']);
    expect(() => both.resolveMethod?.('Name')).toThrow('More than one method is called "Name".');
  });

  it('says what to do about a description that cannot be used', async () => {
    const broken = plugin({ reflection: true, services: [], files: [Buffer.from('0aff', 'hex').toString('base64')] });
    await expect(learnt(broken)).rejects.toMatchObject({
      code: 'CPEX_E_PLUGIN_ANSWER',
      evidence: [expect.stringContaining('FileDescriptorProto.name: it ends within a number')],
      remedy: expect.stringContaining('--proto'),
    });
  });

  it('names a seam that a plugin lacks', async () => {
    const { protocol } = await learnt(silent, ['seam:store']);
    const { findings, registration } = protocol.readRegistration({ services: ['console.plugin.v1.LLMService'] });
    expect(findings[0]).toMatchObject({
      severity: 'fail',
      message: 'The plugin does not serve console.plugin.v1.StoreService.',
      evidence: ['it serves: console.plugin.v1.LLMService'],
    });
    expect(registration?.capabilities).toEqual({ seam: ['llm'] });
  });

  it('has a request for every method that fits it and means something', async () => {
    const { contract, protocol } = await learnt(silent);
    const { services } = await loadProtoFiles([path.resolve('schemas/hosts/console/console.proto')], folder);
    for (const method of [...services.values()].flatMap((methods) => [...methods.values()])) {
      const sample = contract.methods.get(method.name)?.samples[0];
      const bytes = protocol.encodeRequest(sample, method.name);
      expect(bytes.length > 0, method.name).toBe(method.request.fields.length > 0);
      expect(JSON.stringify(sample), method.name).not.toContain('"text":"text"');
    }
    const flag = contract.methods.get('console.plugin.v1.StoreService/CreateFlag')?.samples[0];
    const bytes = protocol.encodeRequest(flag, 'CreateFlag');
    const back = protocol.readEnvelope(0, bytes, 'console.plugin.v1.StoreService/GetFlag').result;
    expect(back).toMatchObject({ key: 'new-checkout', rollout: 50, createdAtUnixNano: '1767322800000000001' });
  });

  it.each([
    [5, 'NOT_FOUND'],
    [6, 'ALREADY_EXISTS'],
    [2, 'UNKNOWN'],
  ])('reads status %d as %s', async (code, name) => {
    const { protocol } = await learnt(silent);
    const body = Buffer.from(JSON.stringify({ code, name, message: 'why' }));
    expect(protocol.readEnvelope(code, body, 'console.plugin.v1.StoreService/GetFlag')).toEqual({
      ok: false,
      error: { code: name, message: 'why' },
      findings: [],
    });
  });
});
