import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language } from '../../src/model/target.js';
import { Cli } from '../testing/support/cli.js';
import { missingTools } from '../testing/support/compile.js';
import { LOGIC } from '../testing/support/scaffold.js';
import { stored } from './build-bench.js';

const plugins = path.resolve(import.meta.dirname, '../plugins/builds');
const missing = process.platform === 'linux' ? missingTools('go', 'cargo', 'cc') : 'the plugins are built for Linux';
const cli = new Cli();
afterAll(() => cli.remove());

/** A project of `cpex new` whose logic is that of a plugin of the tests. */
async function project(name: string, language: Language, source: string, capability: string): Promise<string> {
  const made = await cli.run(['new', name, '--lang', language, '--no-git', '--ci', 'none', '--capability', capability]);
  expect(made).toMatchObject({ code: 0 });
  const root = path.join(cli.folder, name);
  cpSync(path.join(plugins, source), path.join(root, LOGIC[language]));
  for (const test of ['plugin_test.go', 'src/tests.rs']) rmSync(path.join(root, test), { force: true });
  if (language === 'rust') writeFileSync(path.join(root, 'src/tests.rs'), '');
  return root;
}

describe.skipIf(missing !== undefined)(
  `plugins made with the SDKs${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let recorder: string;
    let noop: string;
    beforeAll(async () => {
      recorder = await project('go-recorder', 'go', 'recorder.go', 'lifecycle:after_build_start');
      noop = await project('rust-noop', 'rust', 'noop.rs', 'step:noop');
      for (const cwd of [recorder, noop]) expect(await cli.run(['build'], { cwd })).toMatchObject({ code: 0 });
    }, 400_000);

    it.each(['json', 'msgpack'])('execute steps and hear of every event, in %s', async (codec) => {
      const folder = path.join(cli.folder, `plan-${codec}`);
      const workspace = path.join(folder, 'workspace');
      mkdirSync(workspace, { recursive: true });
      writeFileSync(path.join(workspace, 'a.txt'), 'x'.repeat(100_000));
      const plan = {
        plugins: [noop, recorder],
        archive: 'workspace',
        steps: [
          { key: 'one', env: { A: 'b' }, workdir: 'sub', cache: { miss: 'tag' } },
          { key: 'two', cache: { hit: 'tag' } },
        ],
      };
      writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(plan));
      const ran = await cli.run([
        'run',
        'steps',
        path.join(folder, 'plan.json'),
        '--codec',
        codec,
        '--trace',
        '--json',
      ]);
      expect(ran.code, ran.stderr + ran.stdout.slice(0, 2000)).toBe(0);
      const { result } = JSON.parse(ran.stdout);
      expect(result.steps).toMatchObject([
        { key: 'one', runner: 'noop', plugin: 'rust-noop', status: 'passed' },
        { key: 'two', status: 'passed' },
      ]);
      expect(stored(folder, 'rust-noop', 'seen:one')).toMatch(/^one sub \{"A": "b"\} .*tag/s);
      const kinds = ['build_start', 'step_queued', 'step_start', 'step_log', 'step_cache_hit', 'step_end', 'build_end'];
      expect(kinds.map((kind) => stored(folder, 'go-recorder', `hook:${kind}`))).toEqual([
        '1',
        '2',
        '2',
        '2',
        '1',
        '2',
        '1',
      ]);
      // Both have spoken the codec that was asked for.
      const bodies = JSON.stringify(result.trace);
      expect(bodies.includes('"codec":"msgpack"') || bodies.includes('codec\\":\\"msgpack')).toBe(codec === 'msgpack');
    });
  },
);
