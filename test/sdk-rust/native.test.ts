import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMsgpack } from '../../src/support/msgpack-write.js';
import { command, drive, hook, type Outcome, REGISTER } from './driver.js';
import { missingToolchain, RustProject } from './toolchain.js';

const missing = missingToolchain();
const allowed = '0 {"ok":true,"result":{"continue_processing":true,"modified_payload":{"name":"x!","args":{}}}}';
const good = `call hook.invoke ${hook('{"name":"x","args":{}}')}`;

const error = (rc: number, code: string, message: string) =>
  `${rc} ${JSON.stringify({ ok: false, error: { code, message } })}`;

describe.skipIf(missing !== undefined)(`a Rust plugin as built${missing === undefined ? '' : ` (${missing})`}`, () => {
  let project: RustProject;
  let library: string;
  let host: string;
  beforeAll(() => {
    project = new RustProject('sdk-rust-probe');
    project.useProbe();
    library = project.build();
    host = project.buildHost();
  });
  afterAll(() => project.remove());

  const run = (...script: string[]): Outcome => drive(host, library, script);

  it('registers, answers hooks and commands, and gives back every reply', () => {
    const { lines, last } = run(good, REGISTER, good, command('log'), 'shutdown', good);
    expect(lines[0]).toBe(error(0, 'not_registered', 'plugin.register did not succeed yet'));
    expect(JSON.parse(lines[1]?.slice(2) ?? '').result.metadata).toMatchObject({
      id: 'sample-plugin',
      version: '0.1.0',
    });
    expect(lines[2]).toBe(allowed);
    expect(lines[3]).toBe('0 {"ok":true,"result":{"exit_code":0}}');
    expect(lines[4]).toBe(error(0, 'not_registered', 'the plugin was shut down'));
    expect(last).toBe('replies 2 freed 2 late 0');
  });

  it('speaks MessagePack once it is registered with a host that offers it, and JSON again at the end', () => {
    const offer = REGISTER.replace(/}$/, ',"codecs":["cbor","msgpack","json"]}');
    const request = JSON.parse(hook('{"name":"x","args":{}}'));
    const hex = Buffer.from(writeMsgpack(request)).toString('hex');
    const packed = `hex hook.invoke ${hex}`;
    const { lines, last } = run(offer, good, packed, command('log'), REGISTER, good, packed, 'shutdown', good);
    expect(lines[0]).toContain('"codec":"msgpack"');
    expect(lines[1]).toContain('invalid_request');
    expect(lines[1]).not.toContain('{"ok"');
    expect(lines[2]).toMatch(/^0 [^{]*ok[^{]*continue_processing[^{]*x!/);
    // A request in MessagePack is refused by its first byte where JSON is in force.
    expect(lines[3]).toContain('invalid_request');
    expect(lines[4]).not.toContain('"codec"');
    expect(lines[5]).toBe(allowed);
    expect(lines[6]).toContain('{"ok":false,"error":{"code":"invalid_request"');
    expect(lines[7]).toBe(error(0, 'not_registered', 'the plugin was shut down'));
    expect(last).toMatch(/^replies (\d+) freed \1 late 0$/);
  });

  it('keeps unknown fields and every digit of a payload that passes through', () => {
    const rest =
      '"args":{"b":9223372036854775808,"a":-0.10,"$serde_json::private::Number":"1"},"later":{"n":18446744073709551616}';
    const { lines } = run(REGISTER, `call hook.invoke ${hook(`{"name":"x",${rest}}`)}`);
    expect(lines[1]).toBe(allowed.replace('"args":{}', rest));
  });

  it.each([
    ['no body', ''],
    ['a duplicate key', hook('{"name":"x","args":{"a":1,"\\u0061":2}}')],
    ['trailing bytes', `${hook('{"name":"x","args":{}}')} {}`],
    ['a lone surrogate', hook('{"name":"\\ud800","args":{}}')],
    ['depth 129', hook(`{"name":"x","args":{"a":${'['.repeat(126)}${']'.repeat(126)}}}`)],
    ['depth 100000', '['.repeat(100_000)],
    ['NaN', hook('{"name":"x","args":{"a":NaN}}')],
    ['a wrong type', hook('{"name":5,"args":{}}')],
    ['a missing field', hook('{"name":"x"}')],
    ['an array', '[]'],
  ])('refuses %s and goes on', (_, body) => {
    const { lines } = run(REGISTER, `call hook.invoke ${body}`, good);
    expect(lines[1]).toMatch(/^0 \{"ok":false,"error":\{"code":"invalid_request","message":".+"\}\}$/);
    expect(lines[2]).toBe(allowed);
  });

  it.each([
    ['a byte order mark', '\ufeff{}', ''],
    ['bad UTF-8', '"', 'ff22'],
    ['a NUL behind the value', '{}', '00'],
  ])('refuses %s', (_, text, tail) => {
    const { lines } = run(REGISTER, `hex hook.invoke ${Buffer.from(text).toString('hex')}${tail}`);
    expect(lines[1]).toContain('"code":"invalid_request"');
  });

  it('takes 128 levels, and integers up to the last of their width', () => {
    const deep = `{"name":"x","args":{"a":${'['.repeat(125)}${']'.repeat(125)}}}`;
    const limits = (n: string) => REGISTER.replace('67108864', n);
    const { lines } = run(
      limits('18446744073709551615'),
      limits('18446744073709551616'),
      limits('-1'),
      REGISTER.replace('"schema_version":1', '"schema_version":4294967296'),
      `call hook.invoke ${hook(deep)}`,
    );
    expect(lines[0]).toContain('"ok":true');
    expect(lines[1]).toBe(
      error(0, 'invalid_request', 'limits.max_request_bytes: expected an integer of 64 bits, not negative'),
    );
    expect(lines[2]).toContain('limits.max_request_bytes');
    expect(lines[3]).toBe(error(0, 'invalid_request', 'schema_version: expected an integer of 32 bits, not negative'));
    expect(lines[4]).toContain('"ok":true');
  });

  it('turns panics into plugin_panic with return code 1, and stays usable', () => {
    const { lines, stderr, last } = run(
      REGISTER,
      command('panic'),
      command('panic-any'),
      command('index'),
      good,
      'shutdown',
    );
    expect(lines[1]).toBe(error(1, 'plugin_panic', 'the plugin panicked: on purpose'));
    expect(lines[2]).toBe(error(1, 'plugin_panic', 'the plugin panicked: panic without a message'));
    expect(lines[3]).toMatch(/^1 .*index out of bounds/);
    expect(lines[4]).toBe(allowed);
    expect(stderr).toMatch(/panicked at src\/lib\.rs:\d+:\d+:\non purpose/);
    expect(last).toBe('replies 1 freed 1 late 0');
  });

  it('guards its threads, and lets none of them reach a host that is gone', () => {
    const panicked = run(REGISTER, command('thread-panic'), command('thread-polite'), good, 'shutdown');
    expect(panicked.lines[3]).toBe(allowed);
    expect(panicked.stderr).toContain('in a thread');
    expect(panicked.last).toMatch(/^replies (\d+) freed \1 late 0$/);
    const stubborn = run(REGISTER, command('thread-stubborn'), 'shutdown', good);
    expect(stubborn.last).toMatch(/^replies (\d+) freed \1 late 0$/);
  });

  it('keeps nothing of a call: verdicts, refusals, panics and callbacks', () => {
    const calls = [good, `call hook.invoke ${hook('{"name":"x"')}`, command('panic'), command('log')];
    const { lines } = run(REGISTER, ...calls.map((call) => call.replace('call', 'balance')));
    expect(lines.slice(1)).toEqual(calls.map(() => '0 bytes kept'));
  });

  it('serves eight threads at once', () => {
    const { last } = run(REGISTER, `threads 8 command.run ${command('log').split(' ').slice(2).join(' ')}`, 'shutdown');
    expect(last).toBe('replies 1601 freed 1601 late 0');
  });

  it.each([
    ['1', 'host.log failed with code 1'],
    ['1 garbage', 'host.log failed with code 1'],
    ['0', 'host.log was answered with a broken body: a value is missing at byte 0'],
    ['0 {"ok":true}', 'host.log was answered with a broken body: result: is missing'],
    ['0 {"ok":true,"result":[]}', 'host.log was answered with a broken result: expected an object, found an array'],
  ])('copes with the host answering %s', (answer, message) => {
    const { lines, last } = run(REGISTER, `answer ${answer}`, command('log'), 'shutdown');
    expect(lines[1]).toBe(error(0, 'host_error', message));
    expect(last).toMatch(/^replies (\d+) freed \1 late 0$/);
  });

  it('passes on what the host says when it refuses', () => {
    const answer = '{"ok":false,"error":{"code":"log_full","message":"no space","details":{"free":0}}}';
    const { lines } = run(REGISTER, `answer 1 ${answer}`, command('log'));
    expect(lines[1]).toBe(`0 ${answer}`);
  });

  it('answers calls that no host should make', () => {
    const { lines } = run(
      'null',
      REGISTER,
      'init-twice',
      good,
      `call ${'m'.repeat(65_536)} {}`,
      'hex plugin.registe 7b7d',
    );
    expect(lines[0]).toBe(error(0, 'unknown_method', 'the method has no name in UTF-8'));
    expect(lines[2]).toBe('0');
    expect(lines[3]).toBe(allowed);
    expect(lines[4]).toContain('"code":"unknown_method"');
    expect(lines[5]).toContain('"code":"unknown_method"');
  });

  it('refuses a configuration without losing the one in force', () => {
    const { lines } = run(REGISTER, 'call plugin.reconfigure {"config":{"refuse":1}}', good, 'call plugin.quiesce {}');
    expect(lines[1]).toBe(error(0, 'refused', 'as asked'));
    expect(lines[2]).toBe(allowed);
    expect(lines[3]).toBe('0 {"ok":true,"result":{}}');
  });

  it('carries large bodies both ways', () => {
    const { lines } = run(REGISTER, command('big', { size: 8_000_000 }), good);
    expect(lines[1]?.length).toBe(error(0, 'plugin_error', '').length + 8_000_000);
    expect(lines[2]).toBe(allowed);
  });
});
