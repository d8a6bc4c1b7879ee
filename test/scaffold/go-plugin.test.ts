import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProject } from '../../src/project/find.js';
import { identityDrift } from '../../src/project/identity-drift.js';
import { readCaseFile } from '../../src/testing/cases/read.js';
import { contents, make, testContext, workFolder } from './temporary.js';

let folder: Awaited<ReturnType<typeof workFolder>>;
let cwd: string;
beforeEach(async () => {
  folder = await workFolder();
  cwd = folder.path;
});
afterEach(() => folder.remove());

const LANGUAGES = ['go', 'rust'] as const;

describe('cpex new --host go-plugin', () => {
  it.each(LANGUAGES)(
    'writes what the application asks into cpex.yaml and the identity file alike: %s',
    async (language) => {
      const request = {
        name: 'p',
        language,
        host: 'go-plugin',
        capabilities: ['service:kv.v1.KVStore'],
        cookie: 'APP=a=b',
      };
      await make(request, testContext(cwd));
      const root = path.join(cwd, 'p');
      const project = await findProject(root);
      expect(project?.manifest.process).toEqual({
        cookie: { key: 'APP', value: 'a=b' },
        versions: [1],
        protos: ['proto/kv_store.proto'],
        services: ['kv.v1.KVStore'],
        auto_mtls: false,
      });
      expect(project && (await identityDrift(project))).toEqual([]);
      const files = await contents(root);
      expect(files['proto/kv_store.proto']).toMatch(/^package kv\.v1;$/m);
      expect(files['proto/kv_store.proto']).toMatch(/^service KVStore \{$/m);
      const said = Object.entries(files).filter(([name, text]) => !name.startsWith('.cpex/') && /greeter/i.test(text));
      expect(said.map(([name]) => name)).toEqual([]);
      const cases = await readCaseFile(path.join(root, 'tests/cases/greet.yaml'), root);
      expect(cases.map(({ call }) => (call.kind === 'method' ? call.method : call.kind))).toEqual([
        'kv.v1.KVStore/Greet',
        'kv.v1.KVStore/Greet',
        'kv.v1.KVStore/GreetEach',
      ]);
    },
  );

  it('takes a service without a package', async () => {
    await make({ name: 'p', language: 'rust', host: 'go-plugin', capabilities: ['service:KVStore'] }, testContext(cwd));
    const files = await contents(path.join(cwd, 'p'));
    expect(files['proto/kv_store.proto']).not.toMatch(/^package/m);
    expect(files['src/main.rs']).toContain('use cpex::pb::kv_store_server as api;');
    // Rust's own capitals in code, those of the .proto file elsewhere.
    expect(files['src/main.rs']).toContain('api::KvStoreServer::new');
    expect(files['README.md']).toContain('cpex run KVStore/Greet');
  });

  it.each([
    [{ language: 'c' }, /expected go or rust for the host go-plugin, found "c"\. .*tau/],
    [{ language: 'go', cookie: 'APP' }, /--cookie: expected KEY=VALUE, found no "="/],
    [{ language: 'go', cookie: 'A B=c' }, /--cookie: expected KEY=VALUE/],
    [{ language: 'go', capabilities: ['service:a.B', 'service:a.C'] }, /one service to begin with/],
    [
      { language: 'go', capabilities: ['service:lower'] },
      /expected the name of a service such as greeter\.v1\.Greeter/,
    ],
    [{ language: 'go', capabilities: ['service:a.GreetReply'] }, /a message of the sample/],
  ])('refuses %o', async (request, message) => {
    const refused = make({ name: 'p', host: 'go-plugin', ...request }, testContext(cwd));
    await expect(refused).rejects.toMatchObject({ code: 'CPEX_E_NEW_VALUE', message: expect.stringMatching(message) });
  });

  it('has no cookie to choose for other hosts', async () => {
    const refused = make({ name: 'p', language: 'go', host: 'console', cookie: 'A=b' }, testContext(cwd));
    await expect(refused).rejects.toMatchObject({
      code: 'CPEX_E_NEW_VALUE',
      message: expect.stringMatching(/--cookie/),
    });
  });
});

describe('cpex new --host console', () => {
  const SEAMS = ['store', 'notifier', 'status_provider', 'llm'];

  it.each(LANGUAGES)('keeps the chosen seams only: %s', async (language) => {
    for (const seam of SEAMS) {
      const outcome = await make(
        { name: seam, language, host: 'console', capabilities: [`seam:${seam}`] },
        testContext(cwd),
      );
      const root = path.join(cwd, seam);
      expect(path.basename(outcome.logicFile, path.extname(outcome.logicFile))).toBe(seam);
      expect(await readdir(path.join(root, 'tests/cases'))).toEqual([`${seam}.yaml`]);
      const names = Object.keys(await contents(root));
      const others = SEAMS.filter((one) => one !== seam);
      expect(names.filter((name) => others.some((one) => new RegExp(`(^|/)${one}[._]`).test(name)))).toEqual([]);
      const project = await findProject(root);
      expect(project?.manifest).toMatchObject({ host: 'console', capabilities: [`seam:${seam}`] });
      expect(project && (await identityDrift(project))).toEqual([]);
    }
  });

  it('brings the contract as cpex states it', () => {
    const text = (file: string) => readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8');
    expect(text('templates/hosts/console/proto/console.proto')).toBe(text('schemas/hosts/console/console.proto'));
  });
});
