import { parentPort, workerData } from 'node:worker_threads';
import { ORDERED_SLOT } from '../runtime/wire/recorder.js';
import { BlockingPort } from './blocking-port.js';
import { type SharedAddresses, threadMemory } from './memory.js';
import { decodeTable, type PluginTable } from './plugin.js';
import { SyncCalls } from './sync-calls.js';

/** What the main thread hands to the worker. */
export interface WorkerData {
  readonly addresses: SharedAddresses;
  readonly table: PluginTable;
}

function main({ addresses, table }: WorkerData): void {
  const memory = threadMemory(addresses, 1);
  const port = new BlockingPort(addresses.calls, memory.libc, memory.replies);
  const calls = new SyncCalls(port, { ...memory, plugin: decodeTable(table) }, ORDERED_SLOT);
  parentPort?.postMessage('ready');
  calls.serve();
}

main(workerData as WorkerData);
