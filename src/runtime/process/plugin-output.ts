import type { Readable } from 'node:stream';

/** Bytes of output from which on the size of this process matters more than its speed, and slow readers are waited for. */
const MUCH = 4 * 2 ** 20;

/**
 * Reads what a plugin prints, however much that is, in bounded memory. Call the returned function
 * when the plugin's process is gone: what is left in the pipes is little and is read at once.
 */
export function readOutput(
  { stdout, stderr }: { readonly stdout: Readable | null; readonly stderr: Readable | null },
  take: (stream: 'stdout' | 'stderr', bytes: Buffer) => void,
): () => void {
  let seen = 0;
  let open = true;
  const listen = (name: 'stdout' | 'stderr', source: Readable | null) =>
    source?.on('data', (bytes: Buffer) => {
      take(name, bytes);
      if (seen <= MUCH && seen + bytes.length > MUCH) keepHeapSmall();
      seen += bytes.length;
      if (open && seen > MUCH) waitForReaders(source);
    });
  listen('stdout', stdout);
  listen('stderr', stderr);
  return () => {
    open = false;
    stdout?.resume();
    stderr?.resume();
  };
}

/**
 * Stops the growth of the heap's part for short-lived values: left alone it takes 60 MiB for what a
 * gigabyte of lines leaves behind. Not done at the start, which it would make slower.
 */
function keepHeapSmall(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
}

/** Pauses a source until the readers of our own stdout and stderr have caught up. */
function waitForReaders(source: Readable): void {
  const behind = [process.stdout, process.stderr].find((own) => own.writableNeedDrain);
  if (behind === undefined || source.isPaused()) return;
  source.pause();
  const goOn = () => {
    behind.off('drain', goOn).off('close', goOn);
    source.resume();
  };
  behind.on('drain', goOn).on('close', goOn);
}
