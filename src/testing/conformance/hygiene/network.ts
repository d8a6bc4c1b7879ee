import type { Subject } from '../../subject.js';
import { fault, probeTest } from '../probe-test.js';
import type { TestOutcome } from '../types.js';
import { callAll, texts } from './snapshot.js';

/** Whether the plugin leaves the network to its host: the kernel tells of every address that it wants to reach. */
export async function leavesTheNetworkAlone(id: string, subject: Subject): Promise<TestOutcome> {
  let watched = true;
  const outcome = await probeTest(id, subject, { needs: ['proc'], watch: { prepare: 'network' } }, async (trial) => {
    await callAll(trial);
    const seen = await trial.perform('state.network');
    watched = seen.number('watched') === 1;
    const wanted = [...new Set(texts(seen, 'wanted'))];
    if (wanted.length === 0) return [];
    return [
      {
        ...fault(id, 'The plugin uses the network by itself.', wanted.slice(0, 6)),
        remedy: 'Ask the host for it: only then can the host allow, log and proxy what leaves the machine.',
      },
    ];
  });
  return watched ? outcome : { unproven: 'needs a kernel that tells of system calls (seccomp, Linux 5.5)', ...outcome };
}
