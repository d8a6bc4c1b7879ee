// Run by `store.test.ts` as a process of its own: stores values of a plugin until it is killed or has stored all.
// Arguments: folder of the state, key prefix, number of keys, number of rounds (0: for ever).
import { cpexProfile } from '../../src/hosts/cpex/profile.js';

const [stateFolder = '', prefix = '', keys = '1', rounds = '1'] = process.argv.slice(2);
const services = cpexProfile.services({ pluginId: 'shared', allowNet: false, stateFolder });
const signal = new AbortController().signal;

/** A value whose every byte tells the round, so that a torn one shows. */
const contentOf = (round: number) => Buffer.alloc(1024, 'a'.charCodeAt(0) + (round % 26)).toString('base64');

for (let round = 0; rounds === '0' || round < Number(rounds); round++) {
  await Promise.all(
    Array.from({ length: Number(keys) }, async (_, key) => {
      const request = { scope: 'plugin', key: `${prefix}${key}`, value: contentOf(round) };
      const reply = await services.answer('host.kv.set', Buffer.from(JSON.stringify(request)), { callId: 1, signal });
      if (!Buffer.from(reply.body).toString().startsWith('{"ok":true')) process.exit(1);
    }),
  );
  if (round === 0) process.stdout.write('stored\n');
}
