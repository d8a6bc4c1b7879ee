import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contents, make, testContext, workFolder } from './temporary.js';

/** One target folder for everything that is compiled from the Rust templates. */
const cargoTarget = path.join(import.meta.dirname, '../../node_modules/.cache/sdk-rust/go-plugin');

let folder: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  folder = await workFolder();
});
afterAll(() => folder.remove());

/** A new project in the folder of this file, and how to run tools in it. */
async function project(name: string, language: string, host: string, capabilities: readonly string[]) {
  const cookie = host === 'go-plugin' ? { cookie: 'APP_PLUGIN=a=b' } : {};
  await make({ name, language, host, capabilities, ...cookie }, testContext(folder.path));
  const root = path.join(folder.path, name);
  const run = (command: string, ...args: string[]) => {
    const env = { ...process.env, CARGO_TARGET_DIR: cargoTarget, CARGO_INCREMENTAL: '0' };
    const result = spawnSync(command, args, { cwd: root, env, encoding: 'utf8', timeout: 560_000 });
    if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${result.stdout}\n${result.stderr}`);
    return result.stdout;
  };
  return { root, run };
}

const SEAMS = ['seam:store', 'seam:notifier', 'seam:status_provider', 'seam:llm'];

describe('plugins of go-plugin as they are made, under its own host', { timeout: 600_000 }, () => {
  const SERVICE = ['service:greeter.v1.Greeter'];
  let host: string;
  beforeAll(async () => {
    const { root, run } = await project('sample-plugin', 'go', 'go-plugin', SERVICE);
    cpSync(path.join(import.meta.dirname, 'go-plugin/host.go'), path.join(root, 'internal/host/main.go'));
    host = path.join(root, 'host');
    run('go', 'build', '-o', host, './internal/host');
  }, 300_000);

  const builds = {
    go: async () => {
      const { root, run } = await project('in-go', 'go', 'go-plugin', SERVICE);
      run('go', 'vet', './...');
      run('go', 'test', './...');
      run('go', 'build', '-o', 'plugin', '.');
      expect(run('gofmt', '-l', '.')).toBe('');
      return path.join(root, 'plugin');
    },
    rust: async () => {
      const { run } = await project('in-rust', 'rust', 'go-plugin', SERVICE);
      run('cargo', 'clippy', '--all-targets', '--locked', '--', '-D', 'warnings');
      run('cargo', 'test', '--locked');
      run('cargo', 'build', '--locked');
      run('cargo', 'fmt', '--check');
      return path.join(cargoTarget, 'debug/in-rust');
    },
  };

  it.each(['go', 'rust'] as const)(
    'answers, streams, logs and ends when it is told to, encrypted or not: %s',
    async (language) => {
      const plugin = await builds[language]();
      for (const options of [[], ['mtls']]) {
        const text = execFileSync(host, [plugin, ...options], { encoding: 'utf8', timeout: 60_000 });
        const { logs, ...seen } = JSON.parse(text) as { logs: string };
        expect(seen).toEqual({
          version: 1,
          healthy: true,
          reply: 'Hello, Ada!',
          refused: 'InvalidArgument',
          streamed: ['Hello, Ada!', 'Hello, Grace!'],
          killed: false,
        });
        const [entry] = logs.split('\n').filter((line) => line.includes('"@message":"greeting"'));
        expect(JSON.parse(entry ?? '{}')).toMatchObject({
          '@level': 'debug',
          name: 'Ada',
          '@module': `in-${language}`,
        });
      }
      const sockets = readdirSync(tmpdir()).filter((name) => /^plugin\d+-\d+$/.test(name));
      expect(sockets).toEqual([]);
    },
  );
});

describe('generated Go code of a service with another name', { timeout: 300_000 }, () => {
  it.each(['kv.v1.KVStore', 'my.greeter.v1.Echo', 'A'])('is what the generator writes: %s', async (service) => {
    const { root, run } = await project(service, 'go', 'go-plugin', [`service:${service}`]);
    const before = await contents(path.join(root, 'internal/pb'));
    run('go', 'generate', './...');
    expect(await contents(path.join(root, 'internal/pb'))).toEqual(before);
  });
});

describe('plugins for Console as they are made', { timeout: 600_000 }, () => {
  it('pass their tests and vet in Go, with the code that the generator writes', async () => {
    const { root, run } = await project('seams', 'go', 'console', SEAMS);
    run('go', 'vet', './...');
    run('go', 'test', './...');
    expect(run('gofmt', '-l', '.')).toBe('');
    const before = await contents(path.join(root, 'internal/pb'));
    run('go', 'generate', './...');
    expect(await contents(path.join(root, 'internal/pb'))).toEqual(before);
  });

  it('pass their tests and clippy in Rust', async () => {
    const { run } = await project('rust-seams', 'rust', 'console', SEAMS);
    run('cargo', 'clippy', '--all-targets', '--locked', '--', '-D', 'warnings');
    run('cargo', 'test', '--locked');
    run('cargo', 'fmt', '--check');
  });
});
