import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Session } from '../../../src/model/session.js';
import { fixturePlugin, named, read, removeFolders, startFixture, write } from './fixture.js';

let session: Session | undefined;

beforeAll(() => {
  fixturePlugin();
}, 300_000);
afterEach(async () => {
  session?.kill();
  await session?.ended;
  session = undefined;
});
afterAll(removeFolders);

test('a plugin of the real library starts, answers a call and stops', async () => {
  const started = await startFixture();
  session = started.session;
  const end = await session.call(named('Echo'), write('Everything', { aString: 'hello', anInt64: '9007199254740993' }))
    .end;
  expect(end.code).toBe(0);
  expect(read('Everything', end.body)).toEqual({ aString: 'hello', anInt64: '9007199254740993' });
  expect(await session.stop()).toEqual({ kind: 'clean' });
});
