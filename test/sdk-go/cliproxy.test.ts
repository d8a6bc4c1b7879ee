import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contractData } from '../../src/project/contract-data.js';
import { emitIdentity } from '../../src/project/identity.js';
import { make, testContext, workFolder } from '../scaffold/temporary.js';
import { addUnitTests, cliproxyProject } from './cliproxy-project.js';
import { type GoProject, missingToolchain } from './toolchain.js';

// Go's first compilation takes long on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const missing = missingToolchain();
const CAPABILITIES = Object.keys(contractData('cliproxy').capabilities);

describe.skipIf(missing !== undefined)(
  `the Go template for cliproxy${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let project: GoProject;
    beforeAll(() => {
      project = cliproxyProject();
      addUnitTests(project);
    });
    afterAll(() => project.remove());

    it('has the identity that cpex writes', () => {
      const identity = emitIdentity('go', {
        id: 'sample-plugin',
        version: '0.1.0',
        author: 'Sample Author',
        description: 'A sample plugin.',
        license: 'Apache-2.0',
        repository: 'https://github.com/-owner-/sample-plugin',
        host: 'cliproxy',
        capabilities: CAPABILITIES,
      });
      expect(readFileSync(path.join(project.folder, identity.path), 'utf8')).toBe(identity.content);
    });

    it('is formatted, vetted and passes all tests under the race detector', () => {
      expect(project.run('gofmt', '-l', '.')).toBe('');
      project.run('go', 'vet', './...');
      const output = project.run('go', 'test', '-race', './...');
      expect(output.match(/^ok {2}\tsample-plugin(\/internal\/cpex)?\t/gm)).toHaveLength(2);
    });

    it('exports the entry and no other symbol of its own', () => {
      const symbols = project
        .run('nm', '-D', '--defined-only', project.build())
        .split('\n')
        .map((line) => line.split(' ').at(-1) ?? '')
        .filter((name) => /cpex|cliproxy/.test(name) && !name.startsWith('_cgo'));
      expect(symbols).toEqual(['cliproxy_plugin_init']);
    });

    it.each<[string, string, (text: string) => string, string]>([
      [
        'a method',
        'executor.go',
        (text) => text.replace('CountTokens(ctx', 'CountThings(ctx'),
        'missing method CountTokens',
      ],
      [
        'a handler',
        'plugin.go',
        (text) => text.replace('\t\tscheduler{},\n', ''),
        'not enough arguments in call to cpex.Serve',
      ],
      [
        'a capability in cpex.yaml',
        'internal/cpex/identity.go',
        (text) => text.replaceAll(/^\tscheduler Scheduler,\n|^\t\tscheduler: .*\n/gm, ''),
        'too many arguments in call to cpex.Serve',
      ],
    ])('does not compile without %s', (_, file, change, words) => {
      const at = path.join(project.folder, file);
      const text = readFileSync(at, 'utf8');
      try {
        writeFileSync(at, change(text));
        const result = spawnSync('go', ['build', '-o', '/dev/null', '.'], { cwd: project.folder, encoding: 'utf8' });
        expect(result.stderr).toContain(words);
        expect(result.status).toBe(1);
      } finally {
        writeFileSync(at, text);
      }
    });
  },
);

describe.skipIf(missing !== undefined)('cpex new --host cliproxy --lang go', () => {
  let folder: Awaited<ReturnType<typeof workFolder>>;
  beforeAll(async () => {
    folder = await workFolder();
  });
  afterAll(() => folder.remove());

  const create = async (name: string, capabilities: readonly string[]) => {
    const request = { name, language: 'go', host: 'cliproxy', capabilities, author: 'Ada "L" \\ Ö' };
    return make(request, testContext(folder.path));
  };
  const run = (cwd: string, command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  it('writes the files of one capability only, formatted: each of the twenty', async () => {
    for (const capability of CAPABILITIES) {
      const outcome = await create(`only-${capability}`, [capability]);
      const own = outcome.files.map((file) => file.path).filter((name) => /^[a-z_]+\.go$/.test(name));
      const shared = /^model_(registrar|provider)$/.test(capability) ? ['models.go'] : [];
      const wanted = ['main.go', 'plugin.go', 'plugin_test.go', `${capability}.go`, `${capability}_test.go`, ...shared];
      expect(own.sort()).toEqual(wanted.sort());
      expect(path.relative(outcome.root, outcome.logicFile)).toBe(`${capability}.go`);
    }
    expect(run(folder.path, 'gofmt', '-l', '.')).toBe('');
  });

  it.each([
    ['7.Odd_Id', ['request_interceptor']],
    ['a-plugin', ['model_provider', 'auth_provider', 'executor']],
    ['x', ['management_api', 'command_line_plugin', 'frontend_auth_provider']],
  ])('writes a project that passes unedited: %s with %j', async (name, capabilities) => {
    const { root } = await create(name, capabilities);
    expect(run(root, 'gofmt', '-l', '.')).toBe('');
    run(root, 'go', 'vet', './...');
    expect(run(root, 'go', 'test', './...')).toMatch(/^ok/m);
  });
});
