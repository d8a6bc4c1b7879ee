import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceOptions } from '../../src/model/profile.js';
import { base64, services } from './ask.js';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cpex-services-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('requests', () => {
  it('of an unknown callback are refused', async () => {
    const { ask, events } = services();
    expect(await ask('host.nothing', {})).toMatchObject({ error: 'unknown_method' });
    expect(events).toEqual([{ kind: 'call', method: 'host.nothing', request: undefined, ok: false }]);
  });

  it.each([
    ['no JSON', Buffer.from('{'), 'is no valid JSON'],
    ['a key twice', Buffer.from('{"level":"info","level":"info","message":"m"}'), 'comes twice'],
    ['a field of the wrong type', { level: 'info', message: 3 }, '"message" must be a string, not a number'],
    ['a field that is missing', { level: 'info' }, '"message" is missing'],
    ['a word that is not in the list', { level: 'loud', message: 'm' }, '"level" must be one of trace, debug'],
    [
      'null for an optional field',
      { level: 'info', message: 'm', fields: null },
      '"fields" must be an object, not null',
    ],
  ])('with %s are refused and the place is named', async (_name, request, message) => {
    const answer = await services().ask('host.log', request);
    expect(answer.error).toBe('invalid_request');
    expect(answer.message).toContain(message);
  });

  it('may carry fields that the host does not know', async () => {
    expect(await services().ask('host.log', { level: 'info', message: 'm', trace_id: 'x' })).toEqual({ result: {} });
  });

  it('are answered although the observer fails', async () => {
    const { ask } = services({
      observe: () => {
        throw new Error('observer');
      },
    });
    expect(await ask('host.log', { level: 'info', message: 'm' })).toMatchObject({ error: 'internal' });
  });
});

describe('log, output, events', () => {
  it('are handed to the observer', async () => {
    const { ask, events } = services();
    await ask('host.log', { level: 'warn', message: 'careful', fields: { n: 1 } });
    await ask('host.output.write', { stream: 'stderr', data: base64('ä\0') });
    await ask('host.event.emit', { name: 'progress', data: { done: 3 } });
    expect(events.filter((one) => one.kind !== 'call')).toEqual([
      { kind: 'log', level: 'warn', message: 'careful', fields: { n: 1 } },
      { kind: 'output', stream: 'stderr', bytes: Buffer.from('ä\0') },
      { kind: 'event', name: 'progress', data: { done: 3 } },
    ]);
    expect(events.filter((one) => one.kind === 'call').map((one) => one.ok)).toEqual([true, true, true]);
  });

  it.each(['aGk', 'aGk=\n', 'aG k=', 'aGl=', '!!!!'])('refuses %j as base64', async (data) => {
    expect(await services().ask('host.output.write', { stream: 'stdout', data })).toMatchObject({
      error: 'invalid_request',
    });
  });
});

describe('kv', () => {
  const key = 'k/../ä\n"';

  it('keeps the three scopes apart', async () => {
    const { ask } = services();
    for (const scope of ['plugin', 'build', 'step']) {
      await ask('host.kv.set', { scope, key, value: base64(scope) });
    }
    for (const scope of ['plugin', 'build', 'step']) {
      expect(await ask('host.kv.get', { scope, key })).toEqual({ result: { found: true, value: base64(scope) } });
    }
    expect(await ask('host.kv.delete', { scope: 'build', key })).toEqual({ result: { deleted: true } });
    expect(await ask('host.kv.delete', { scope: 'build', key })).toEqual({ result: { deleted: false } });
    expect(await ask('host.kv.get', { scope: 'build', key })).toEqual({ result: { found: false } });
    expect(await ask('host.kv.list', { scope: 'step' })).toEqual({ result: { keys: [key] } });
  });

  it('persists the plugin scope only, for each plugin by itself', async () => {
    const stateFolder = path.join(root, 'state');
    const first = services({ stateFolder });
    await first.ask('host.kv.set', { scope: 'plugin', key, value: base64('stays') });
    await first.ask('host.kv.set', { scope: 'plugin', key: 'b', value: '' });
    await first.ask('host.kv.set', { scope: 'build', key, value: base64('goes') });
    await first.handle.close();
    const again = services({ stateFolder });
    expect(await again.ask('host.kv.get', { scope: 'plugin', key })).toEqual({
      result: { found: true, value: base64('stays') },
    });
    expect(await again.ask('host.kv.get', { scope: 'plugin', key: 'b' })).toEqual({
      result: { found: true, value: '' },
    });
    expect(await again.ask('host.kv.list', { scope: 'plugin', prefix: 'k/' })).toEqual({ result: { keys: [key] } });
    expect(await again.ask('host.kv.get', { scope: 'build', key })).toEqual({ result: { found: false } });
    for (const pluginId of ['Sample', 'sample2', '..']) {
      const other = services({ stateFolder, pluginId });
      expect(await other.ask('host.kv.list', { scope: 'plugin' })).toEqual({ result: { keys: [] } });
    }
    expect(readdirSync(root)).toEqual(['state']);
  });

  it('loses nothing when many are set at once', async () => {
    const stateFolder = path.join(root, 'many');
    const handles = [services({ stateFolder }), services({ stateFolder })];
    const keys = Array.from({ length: 32 }, (_, index) => `key-${String(index).padStart(2, '0')}`);
    const value = base64('x'.repeat(1024));
    await Promise.all(
      keys.map((one, index) => handles[index % 2]?.ask('host.kv.set', { scope: 'plugin', key: one, value })),
    );
    expect(await services({ stateFolder }).ask('host.kv.list', { scope: 'plugin' })).toEqual({ result: { keys } });
  });

  it('has limits for keys and values', async () => {
    const { ask } = services();
    const value = Buffer.alloc(1024 * 1024).toString('base64');
    const more = Buffer.alloc(1024 * 1024 + 1).toString('base64');
    expect(await ask('host.kv.set', { scope: 'step', key: 'ä'.repeat(256), value })).toEqual({ result: {} });
    expect(await ask('host.kv.set', { scope: 'step', key: `${'ä'.repeat(256)}x`, value })).toMatchObject({
      error: 'too_large',
    });
    expect(await ask('host.kv.set', { scope: 'step', key: 'k', value: more })).toMatchObject({ error: 'too_large' });
    expect(await ask('host.kv.set', { scope: 'step', key: '', value })).toMatchObject({ error: 'invalid_request' });
    expect(await ask('host.kv.set', { scope: 'world', key: 'k', value })).toMatchObject({ error: 'invalid_request' });
  });

  it('starts with what the script says', async () => {
    const { ask } = services({ script: { kv: { plugin: { a: 'ä' }, step: { b: '2' } } } });
    expect(await ask('host.kv.get', { scope: 'plugin', key: 'a' })).toEqual({
      result: { found: true, value: base64('ä') },
    });
    expect(await ask('host.kv.list', { scope: 'build' })).toEqual({ result: { keys: [] } });
  });
});

describe('config.read', () => {
  const folder = path.join(root, 'config dir ä');
  const read = (name: string, options: Partial<ServiceOptions> = {}) =>
    services({ configFolder: folder, ...options }).ask('host.config.read', { path: name });

  beforeAll(() => {
    mkdirSync(path.join(folder, 'sub'), { recursive: true });
    writeFileSync(path.join(folder, 'sub', 'a.json'), '{"ä":1}');
    writeFileSync(path.join(root, 'secret'), 'secret');
    symlinkSync(path.join(root, 'secret'), path.join(folder, 'out'));
    symlinkSync('..', path.join(folder, 'up'));
    symlinkSync('sub/a.json', path.join(folder, 'inside'));
    symlinkSync('loop', path.join(folder, 'loop'));
  });

  it.each(['sub/a.json', './sub//a.json', 'inside'])('reads %s', async (name) => {
    expect(await read(name)).toEqual({ result: { found: true, content: base64('{"ä":1}') } });
  });

  it.each(['nothing', 'sub/nothing', 'sub/a.json/deeper'])('does not find %s', async (name) => {
    expect(await read(name)).toEqual({ result: { found: false } });
  });

  it.each([
    ...[
      '',
      '/etc/passwd',
      '../secret',
      'sub/../../secret',
      'sub/..',
      'C:/x',
      'C:x',
      '\\\\host\\share',
      'sub\\a.json',
      'a\0b',
    ],
    ...['out', 'up/secret', 'loop', `${'x'.repeat(300)}`],
  ])('refuses %j', async (name) => {
    expect(await read(name)).toMatchObject({ error: 'invalid_path' });
  });

  it('refuses a folder', async () => {
    expect(await read('sub')).toMatchObject({ error: 'not_a_file' });
  });

  it('finds scripted files first, and nothing without a folder', async () => {
    const script = { config: { 'sub/a.json': 'scripted' } };
    expect(await read('sub/a.json', { script })).toEqual({ result: { found: true, content: base64('scripted') } });
    expect(await services({ script }).ask('host.config.read', { path: 'b' })).toEqual({ result: { found: false } });
    expect(await services({ script }).ask('host.config.read', { path: 'sub/../sub/a.json' })).toMatchObject({
      error: 'invalid_path',
    });
  });
});

describe('cancelled', () => {
  it('follows the call', async () => {
    const call = new AbortController();
    const { ask } = services();
    expect(await ask('host.cancelled', {}, call.signal)).toEqual({ result: { cancelled: false } });
    call.abort();
    expect(await ask('host.cancelled', {}, call.signal)).toEqual({ result: { cancelled: true } });
  });

  it('follows the script', async () => {
    const { ask } = services({ script: { cancelledAfter: 2 } });
    const answers = [await ask('host.cancelled', {}), await ask('host.cancelled', {}), await ask('host.cancelled', {})];
    expect(answers.map((one) => (one.result as { cancelled: boolean }).cancelled)).toEqual([false, false, true]);
  });
});
