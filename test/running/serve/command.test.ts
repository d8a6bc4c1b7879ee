import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { bin, cpex } from '../../shell/cli.js';
import { base64, fetchFrom, noCompiler, Site } from './site.js';

const site = new Site();
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  }
  await site.stop();
});
afterAll(() => site.close());

const mark = noCompiler === undefined ? '' : ` (${noCompiler})`;
const said = (text: string) => ({
  routes: [{ Path: '/who' }],
  resources: [{ Path: '/home', Menu: 'Home' }],
  answers: { '/v0/management/who': { Body: base64(text) } },
});

interface Running {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly ended: Promise<[number | null, string | null]>;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** Starts `cpex run --serve` and waits until it says where. */
async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [bin, 'run', '--serve', '--port', '0', ...args], {
    cwd: site.folder,
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  children.push(child);
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  let stdout = '';
  let stderr = '';
  child.stderr?.on('data', (part: Buffer) => {
    stderr += part.toString();
  });
  const origin = await new Promise<string>((done, fail) => {
    child.stdout?.on('data', (part: Buffer) => {
      stdout += part.toString();
      const found = /^Serving on (http:\/\/127\.0\.0\.1:\d+)\/$/m.exec(stdout)?.[1];
      if (found !== undefined && stdout.includes('Ctrl-C stops.')) done(found);
    });
    void ended.then(() => fail(new Error(`it ended: ${stdout}${stderr}`)));
  });
  return { child, origin, ended, stdout: () => stdout, stderr: () => stderr };
}

describe('cpex run --serve refuses', () => {
  it.each([
    ['words', ['run', '--serve', 'plugin.register'], /--serve takes no words, found plugin\.register/, 2],
    ['--json', ['run', '--serve', '--json'], /no result for --json/, 2],
    ['--record', ['run', '--serve', '--record', 'x.yaml'], /--record needs a call/, 2],
    ['another host', ['run', '--serve', '--host', 'cpex', '--plugin', 'x.so'], /nothing to serve/, 2],
    ['a port that is none', ['run', '--serve', '--port', '65536'], /65535|65_535/, 2],
    ['an answer that --open does not know', ['run', '--serve', '--open', 'maybe'], /yes, no/, 2],
    ['an empty key', ['run', '--serve', '--management-key', ''], /--management-key was given an empty value/, 2],
    ['a file that is not there', ['run', '--serve', '--plugin', 'gone.so'], /gone\.so/, undefined],
  ])('%s', (_case, args, words, status) => {
    const result = cpex(args, { cwd: site.folder });
    expect(result.stdout + result.stderr).toMatch(words);
    if (status !== undefined) expect(result.status).toBe(status);
    expect(result.status).not.toBe(0);
  });
});

describe.skipIf(noCompiler !== undefined)(`cpex run --serve${mark}`, { timeout: 300_000 }, () => {
  it('prints where and a random key, serves, and ends well with SIGTERM', async () => {
    const running = await start(['--plugin', site.plugin('pages', said('me')), '--open', 'no']);
    const key = /^Management key: (\S{20,})$/m.exec(running.stdout())?.[1] ?? '';
    expect(running.stdout()).toContain(`  Home  ${running.origin}/v0/resource/plugins/pages/home`);
    expect(running.stdout()).toContain('Not emulated:');
    expect(await fetchFrom(running.origin, '/v0/management/who', { key })).toMatchObject({ status: 200, body: 'me' });
    expect((await fetchFrom(running.origin, '/v0/management/who', { key: 'another' })).status).toBe(401);
    running.child.kill('SIGTERM');
    expect(await running.ended).toEqual([0, null]);
    expect(running.stderr()).toMatch(/^GET \/v0\/management\/who 200 \d+ ms\nGET \/v0\/management\/who 401 \d+ ms$/m);
  });

  it('serves several plugins by the priorities of a configuration of the host', async () => {
    const low = site.plugin('low', said('low'));
    const high = site.plugin('high', said('high'));
    const config = path.join(site.folder, 'config.yaml');
    writeFileSync(
      config,
      'plugins:\n  enabled: true\n  configs:\n    low: {enabled: true, priority: 1}\n    high: {enabled: true, priority: 5}\n',
    );
    const running = await start(['--plugin', low, '--plugin', high, '--host-config', config, '--management-key', 'k']);
    expect((await fetchFrom(running.origin, '/v0/management/who', { key: 'k' })).body).toBe('high');
    expect(running.stderr()).toContain(
      'pluginhost: plugin low management route GET /v0/management/who conflicts with a higher-priority plugin and was skipped',
    );
    const list = JSON.parse((await fetchFrom(running.origin, '/v0/management/plugins', { key: 'k' })).body) as {
      plugins: { id: string }[];
    };
    expect(list.plugins.map(({ id }) => id)).toEqual(['high', 'low']);
    running.child.kill('SIGINT');
    expect(await running.ended).toEqual([0, null]);
  });

  it.skipIf(process.platform !== 'linux')('opens the index page in a browser when it is told to', async () => {
    const tools = path.join(site.folder, 'tools');
    mkdirSync(tools);
    const opened = path.join(tools, 'opened');
    const fake = path.join(tools, 'xdg-open');
    writeFileSync(fake, `#!/bin/sh\nprintf '%s' "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`);
    chmodSync(fake, 0o755);
    const seen = new Promise<void>((done) => {
      const watcher = watch(tools, (_event, name) => {
        if (name !== 'opened') return;
        watcher.close();
        done();
      });
    });
    const env = { PATH: `${tools}:${process.env.PATH}` };
    const running = await start(['--plugin', site.plugin('pages', said('me')), '--open', 'yes'], env);
    await seen;
    expect(readFileSync(opened, 'utf8')).toBe(`${running.origin}/`);
  });

  it('says so where no browser can be started, and serves on', async () => {
    const running = await start(['--plugin', site.plugin('pages', said('me')), '--open', 'yes'], { PATH: '/nowhere' });
    expect((await fetchFrom(running.origin, '/', { key: false })).status).toBe(200);
    running.child.kill('SIGINT');
    await running.ended;
    expect(running.stderr()).toContain(`No browser could be started: open ${running.origin}/ yourself.`);
  });
});
