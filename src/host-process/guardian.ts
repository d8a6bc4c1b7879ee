import { signalGroup } from '../support/process-group.js';

/**
 * Kills a process group when its standard input ends: the other end is held by the CLI alone, so
 * this also happens when the CLI is killed. Stands in where the kernel cannot do it by itself, in a
 * group of its own so that it outlives what it watches.
 */
function watch(leader: number): void {
  const kill = () => {
    signalGroup(leader, 'SIGKILL');
    process.exit(0);
  };
  process.stdin.on('end', kill).on('error', kill).resume();
}

watch(Number(process.argv[2]));
