import { describe, expect, test } from 'vitest';
import type { ProcessFacts } from '../../src/model/session.js';
import { debugFacts, startText } from '../../src/running/debug.js';
import { readReattach, reattachValue } from '../../src/running/reattach.js';

const RECORD = {
  Protocol: 'grpc',
  ProtocolVersion: 3,
  Pid: 4711,
  Test: true,
  Addr: { Network: 'unix', String: '/tmp/plugin123' },
};

describe('a record to reattach with', () => {
  test('is read as go-plugin writes it, alone or under the name of its plugin, and written the same', () => {
    const record = readReattach(RECORD);
    expect(record).toEqual({
      protocol: 'grpc',
      protocolVersion: 3,
      pid: 4711,
      address: { network: 'unix', address: '/tmp/plugin123' },
      test: true,
    });
    expect(readReattach({ 'registry.example/kv': RECORD })).toEqual(record);
    expect(reattachValue(record)).toEqual(RECORD);
    expect(readReattach({ ...RECORD, Test: undefined }).test).toBe(false);
  });

  test.each([
    ['nothing', {}, 'It is no object with a record.'],
    ['text', 'grpc', 'It is no object with a record.'],
    ['several records', { a: RECORD, b: RECORD }, 'It names 2 plugins: a, b.'],
    ['net/rpc', { ...RECORD, Protocol: 'netrpc' }, 'speaks net/rpc. cpex speaks grpc.'],
    ['no protocol', { Pid: 1 }, 'Its Protocol is missing.'],
    ['a version that is none', { ...RECORD, ProtocolVersion: '3' }, 'Its ProtocolVersion is "3".'],
    ['the group of everybody', { ...RECORD, Pid: 0 }, 'Its Pid is 0.'],
    ['a negative id, which would be a group', { ...RECORD, Pid: -1 }, 'Its Pid is -1.'],
    ['a test that is neither', { ...RECORD, Test: 'yes' }, 'Its Test is "yes".'],
    ['another network', { ...RECORD, Addr: { Network: 'udp', String: 'x' } }, 'Its Addr.Network is "udp"'],
    ['no address', { ...RECORD, Addr: { Network: 'unix' } }, 'Its Addr.String is missing.'],
  ])('refuses %s', (_what, value, says) => {
    expect(() => readReattach(value)).toThrow(says);
  });
});

describe('how a process was started', () => {
  const facts: ProcessFacts = {
    argv: ['/opt/my plugins/kv', '--level=1'],
    cwd: '/tmp/run',
    env: { PATH: '/bin', HOME: '/root', COOKIE: "it's", CERT: 'a\nb', CPEX_SESSION: 'token' },
    mark: 'CPEX_SESSION',
    pid: 4711,
  };
  const own = { PATH: '/bin', HOME: '/home/me', NODE_OPTIONS: '--x', GONE: undefined };

  test('is told as the difference from the terminal, without the mark of the session', () => {
    expect(debugFacts(facts, own)).toEqual({
      argv: facts.argv,
      cwd: '/tmp/run',
      set: { HOME: '/root', COOKIE: "it's", CERT: 'a\nb' },
      unset: ['NODE_OPTIONS'],
      pid: 4711,
    });
  });

  test('is told as lines for a shell', () => {
    expect(startText(debugFacts(facts, own)).split('\n')).toEqual([
      'cd /tmp/run',
      'unset NODE_OPTIONS',
      "export CERT='a",
      "b'",
      "export COOKIE='it'\\''s'",
      'export HOME=/root',
      "'/opt/my plugins/kv' --level=1",
    ]);
  });
});
