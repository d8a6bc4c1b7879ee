import { X509Certificate } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { certificateOf, makeCertificate } from '../../../src/runtime/grpc/certificates.js';
import { pluginEnvironment } from '../../../src/runtime/grpc/environment.js';
import { readFirstLine } from '../../../src/runtime/grpc/first-line.js';
import { readHandshake } from '../../../src/runtime/grpc/handshake.js';
import { PluginLog } from '../../../src/runtime/grpc/plugin-log.js';
import { RULES } from './fixture.js';

test('a certificate for one run names localhost, may sign, and comes back from a field without padding', async () => {
  const { certificate, key } = await makeCertificate();
  const read = new X509Certificate(certificate);
  expect(read.subjectAltName).toBe('DNS:localhost');
  expect(read.ca).toBe(true);
  expect(read.checkIssued(read)).toBe(true);
  expect(new Date(read.validFrom).getTime()).toBeLessThan(Date.now());
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  for (const field of [read.raw.toString('base64'), read.raw.toString('base64').replace(/=+$/, '')]) {
    expect(new X509Certificate(certificateOf(field)).fingerprint256).toBe(read.fingerprint256);
  }
});

test('the padding of a certificate is put back whatever its length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (der) => {
      const base64 = Buffer.from(der).toString('base64');
      const pem = certificateOf(base64.replace(/=+$/, ''));
      expect(pem.split('\n').slice(1, -2).join('')).toBe(base64);
    }),
  );
});

test('a handshake is read with five to seven fields, and blanks around the line', () => {
  const expected = { core: 1, version: 2, network: 'unix', address: '/tmp/p1' };
  for (const line of ['1|2|unix|/tmp/p1|grpc', '1|2|unix|/tmp/p1|grpc|', ' 1|2|unix|/tmp/p1|grpc||false\r']) {
    expect(readHandshake(line, RULES)).toEqual(expected);
  }
  const certificate = 'A'.repeat(51);
  expect(readHandshake(`1|2|unix|/tmp/p1|grpc|${certificate}`, RULES)).toEqual({ ...expected, certificate });
  // Hosts take what is shorter for none.
  expect(readHandshake(`1|2|unix|/tmp/p1|grpc|${certificate.slice(1)}`, RULES)).toEqual(expected);
});

test('every other line is refused with a message and a way to mend it, never with an exception', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.string()).map((fields) => `1|1|${fields.join('|')}`),
      ),
      (line) => {
        const read = readHandshake(line, RULES);
        if ('stage' in read) {
          expect(read.message).not.toBe('');
          expect(read.remedy).toBeTruthy();
          expect(read.evidence?.[0]?.length ?? 0).toBeLessThan(400);
        }
      },
    ),
  );
});

test('the first line is found in whatever pieces it comes, and everything behind it is read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 10 }), async (pieces) => {
      const text = Buffer.concat([Buffer.from('1|1|unix|/ü|grpc\n'), ...pieces]);
      const cut = Math.floor(text.length / 3);
      const rest: Uint8Array[] = [];
      const stdout = Readable.from([text.subarray(0, cut), text.subarray(cut, cut + 4), text.subarray(cut + 4)]);
      const ended = new Promise((resolve) => stdout.once('end', resolve));
      expect(await readFirstLine(stdout, (bytes) => rest.push(bytes))).toEqual({
        kind: 'line',
        text: '1|1|unix|/ü|grpc',
      });
      await ended;
      expect(Buffer.concat(rest).equals(Buffer.concat(pieces))).toBe(true);
    }),
  );
});

test('lines of stderr have the levels that a host gives them', () => {
  const log = new PluginLog();
  const level = (line: string) => log.read(line).level;
  expect(level('plain')).toBe('debug');
  expect(level('[ERROR] broken')).toBe('error');
  expect(log.read('{"@level":"info","@message":"hi","@module":"m","@timestamp":"t","n":1}')).toEqual({
    level: 'info',
    message: 'hi',
    module: 'm',
    fields: { n: 1 },
  });
  expect(log.read('{"@level":"info","@message":{"a":1}}').message).toBe('{"a":1}');
  for (const line of ['{"@message":"no level"}', '{"@level":7}', '[1]', '{', 'null', '"{"']) {
    expect(log.read(line)).toEqual({ level: 'debug', message: line, fields: {} });
  }
  expect(level('panic: it ends here')).toBe('error');
  expect(level('goroutine 1 [running]:')).toBe('error');
  expect(level('{"@level":"trace","@message":"still structured"}')).toBe('trace');
});

test('variables that this process was itself given as a plugin are not handed on', () => {
  const hostEnv = { PLUGIN_UNIX_SOCKET_DIR: '/old', PLUGIN_CLIENT_CERT: 'old', HOME: '/home', EMPTY: undefined };
  const rules = { ...RULES, socketGroup: 'staff', ports: { min: 1, max: 2 } };
  expect(pluginEnvironment({ rules, hostEnv, folder: '/new' })).toEqual({
    HOME: '/home',
    FIXTURE_PLUGIN: 'fixture-plugin-v1',
    PLUGIN_MIN_PORT: '1',
    PLUGIN_MAX_PORT: '2',
    PLUGIN_PROTOCOL_VERSIONS: '1,2,3',
    PLUGIN_UNIX_SOCKET_DIR: '/new',
    PLUGIN_UNIX_SOCKET_GROUP: 'staff',
  });
});
